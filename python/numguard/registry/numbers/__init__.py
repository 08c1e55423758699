"""The state of numbers: from the facts of the log to statuses, lists, and what a receiver has yet to be sent.

Owns the statuses and the rules by which they follow from facts. It reads the log and writes nothing. One idea: the
state is a function of the events up to one of them, so that the list of any moment can be made again.
"""
