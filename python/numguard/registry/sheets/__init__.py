"""Sheets of complaints: which column holds which field, and each cell's value or the note of why it has none.

Owns headings, cells and the spellings of names. Independent of what is recorded already. One idea: each row of a sheet
gives a complaint or a refusal with its note.
"""
