"""The verbs that record events, one a module.

Each owns what it records and the checks before it; none owns a status. One idea: a verb reads its input whole, checks
it against the state, and records one event or none.
"""
