"""The event log: facts in tables that only grow, in a private file, in memory, or on a server.

Owns all SQL, the schema, transactions, digests, and the record of input files. Independent of what the facts mean for
a number: `numguard.registry.numbers` derives that. One idea: an event is recorded whole or not at all, and is never
changed.
"""
