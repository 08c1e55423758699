"""Answers from a case that change nothing: histories, figures, the action-taken report, certificates.

Owns what they contain. Independent of how they are shown. One idea: an answer is as of one event of the log, and that
event gives the same answer later.
"""
