"""The tables of the rows of events, as the steps in `schema` leave them.

Owns their columns and types, and the fingerprint of a version that only reopens its complaint. Independent of SQL.
"""

from __future__ import annotations

from hashlib import blake2b

#: The fingerprint of a version without numbers that is recorded where a sheet says that a complaint which had ended
#: stands, and its content is recorded already. No content has it: that of a version has separators.
REOPENED = int.from_bytes(blake2b(b"reopened", digest_size=8).digest(), "little", signed=True)

# The columns of each table, without its event: `name:i` is a BIGINT, `name:t` a TEXT.
TABLES = {
    "input": "ordinal:i name:t bytes:i sha256:t records:i",
    "intake": "added:i updated:i repeated:i refused:i",
    "withdrawal": "withdrawn:i",
    "complaint": "row:i complaint:i complaint_key:t source:t acknowledgement_no:t district:t category:t reported_at:i "
    "complainant:i amount_lost:i amount_recovered:i suspects:t complainants:t amends:i fingerprint:i police_station:t "
    "incident_at:i amount_held:i status:t",
    "complainant": "version:i msisdn:i",
    "naming": "row:i version:i msisdn:i note:t doubt:t cell:t",
    "refusal": "row:i field:t cell:t note:t",
    "expansion": "as_of:i policy:t seeds:i linked:i braked:t",
    "link": "msisdn:i hop:i seed_msisdn:i via_imei:i via_msisdn:i first_seen:i last_seen:i sightings:i",
    "handset": "imei14:i hop:i numbers:i first_seen:i last_seen:i",
    "stop": "msisdn:i imei14:i why:t count:i",
    "evidence": "msisdn:i imei14:i first_seen:i last_seen:i sightings:i",
    "decision": "msisdn:i status:t",
    "outcome": "ordinal:i row:i msisdn:i status:t happened_at:i reason:t",
    "export": "receiver:t as_of:i since:i district:t policy:t name:t bytes:i sha256:t records:i key_check:t",
    "exported": "msisdn:i action:t",
    "exported_handset": "imei14:i msisdn:i action:t",
    "origin": "registry:t number:i at:i digest:t",
    "merge": "registry:t name:t events:i upto:i digest:t",
    "contradiction": "kind:t msisdn:i source:t acknowledgement_no:t held:i held_value:t other:i other_value:t rule:t",
}


def fields_of(columns: str) -> list[tuple[str, str]]:
    """The name and the type, `i` or `t`, of each declared column.

    >>> fields_of("row:i note:t")
    [('row', 'i'), ('note', 't')]
    """
    return [(field[:-2], field[-1]) for field in columns.split()]
