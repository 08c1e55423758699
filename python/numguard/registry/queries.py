"""What is asked of the event log, in SQL that both stores understand.

Owns the queries of facts, of what was touched between two events, and of the story of one number. Knows no connection
and no status. One idea: every query has a cut, $1, and sees the rows up to it.
"""

# Queries are put together from constants of this file alone; whatever a caller gives is bound.
# ruff: noqa: S608

from __future__ import annotations

__all__ = [
    "ALIKE", "ALL_VERSIONS", "ALL_VERSIONS_OF_WANTED", "FACTS", "HISTORY", "KIN", "OF_ASKED", "SENT", "SPOKEN", "STORY",
    "TAKEN_BACK", "TOUCHED", "TOUCHING", "VERSION_COLUMNS", "WANTED_VERSIONS",
]  # fmt: skip

# Whether the event `{0}` had been taken back, at the cut $1.
TAKEN_BACK = "{0} IN (SELECT withdrawn FROM withdrawal WHERE event <= $1)"

# The versions that took the place of version `c` of a complaint, at the cut $1: later ones that were not taken back.
_AMENDING = f"""complaint d WHERE d.amends = 1 AND d.complaint = c.complaint AND d.event > c.event
  AND d.event <= $1 AND NOT d.{TAKEN_BACK.format("event")}"""

# Whether it stands: not taken back, and none took its place.
_STANDS = f"""NOT c.{TAKEN_BACK.format("event")} AND NOT EXISTS (SELECT 1 FROM {_AMENDING})"""

# One query a kind of fact, each with the numbers in `wanted` only, or with all of them. CROSS JOIN keeps SQLite from
# reordering: `wanted` is small, and each of its numbers is one look into an index. What a report alone asks for, from
# complaints to stops, is of all numbers.
FACTS = {
    "versions": (
        (
            "event:i row:i complaint:i source:t district:t reported_at:i added_at:i complainant:i taken_back:i "
            "amended_at:i"
        ),
        f"""SELECT c.event, c.row, c.complaint, c.source, c.district, c.reported_at, e.at AS added_at, c.complainant,
              CASE WHEN c.{TAKEN_BACK.format("event")} THEN 1 ELSE 0 END AS taken_back,
              (SELECT min(d.event) FROM {_AMENDING}) AS amended_at
            FROM {{versions}} complaint c CROSS JOIN event e
            WHERE {{match v}} e.seq = c.event AND c.event <= $1""",
    ),
    "namings": (
        "msisdn:i event:i version:i row:i doubt:t",
        "SELECT n.msisdn, n.event, n.version, n.row, n.doubt FROM {wanted} naming n WHERE {match n} n.event <= $1",
    ),
    # Of merges alone: what complaints said, to be compared.
    "told_versions": (
        "event:i row:i complaint_key:t source:t acknowledgement_no:t suspects:t fingerprint:i taken_back:i",
        f"""SELECT c.event, c.row, c.complaint_key, c.source, c.acknowledgement_no, c.suspects, c.fingerprint,
              CASE WHEN c.{TAKEN_BACK.format("event")} THEN 1 ELSE 0 END AS taken_back
            FROM complaint c WHERE c.event <= $1""",
    ),
    "doubtful_cells": (
        "msisdn:i event:i version:i row:i cell:t",
        """SELECT n.msisdn, n.event, n.version, n.row, n.cell FROM {wanted} naming n
           WHERE {match n} n.event <= $1 AND n.cell <> ''""",
    ),
    "complainants": (
        "msisdn:i event:i version:i",
        "SELECT n.msisdn, n.event, n.version FROM {wanted} complainant n WHERE {match n} n.event <= $1",
    ),
    # Who complained in what was taken back, and when that was.
    "unshielded": (
        "msisdn:i event:i",
        """SELECT DISTINCT n.msisdn, b.event FROM {wanted} complainant n CROSS JOIN withdrawal b
           WHERE {match n} b.withdrawn = n.event AND b.event <= $1""",
    ),
    "links": (
        "msisdn:i hop:i seed_msisdn:i via_imei:i via_msisdn:i first_seen:i last_seen:i sightings:i event:i stands:i",
        f"""SELECT n.msisdn, n.hop, n.seed_msisdn, n.via_imei, n.via_msisdn, n.first_seen, n.last_seen, n.sightings,
              n.event, CASE WHEN n.{TAKEN_BACK.format("event")} THEN 0 ELSE 1 END AS stands
            FROM {{wanted}} link n WHERE {{match n}} n.event <= $1""",
    ),
    "decisions": (
        "msisdn:i status:t event:i at:i reason:t",
        """SELECT n.msisdn, n.status, n.event, e.at, e.reason FROM {wanted} decision n CROSS JOIN event e
           WHERE {match n} e.seq = n.event AND n.event <= $1""",
    ),
    "outcomes": (
        "msisdn:i status:t event:i ordinal:i reason:t happened_at:i",
        f"""SELECT n.msisdn, n.status, n.event, n.ordinal, n.reason, n.happened_at FROM {{wanted}} outcome n
            WHERE {{match n}} n.event <= $1 AND NOT n.{TAKEN_BACK.format("event")}""",
    ),
    "exported": (
        "msisdn:i action:t event:i",
        """SELECT n.msisdn, n.action, n.event FROM {wanted} exported n WHERE {match n} n.event <= $1""",
    ),
    "complaints": (
        "event:i row:i complaint:i source:t district:t reported_at:i amount_lost:i amount_recovered:i usable:i",
        f"""SELECT c.event, c.row, c.complaint, c.source, c.district, c.reported_at, c.amount_lost, c.amount_recovered,
              CASE WHEN c.suspects = '' THEN 0 ELSE 1 END AS usable
            FROM complaint c WHERE c.event <= $1 AND {_STANDS}""",
    ),
    "refusals": (
        "field:t note:t cells:i",
        f"""SELECT n.field, n.note, count(*) AS cells FROM refusal n
            WHERE n.event <= $1 AND NOT n.{TAKEN_BACK.format("event")} GROUP BY n.field, n.note""",
    ),
    "handsets": (
        "event:i imei14:i hop:i numbers:i first_seen:i last_seen:i",
        f"""SELECT n.event, n.imei14, n.hop, n.numbers, n.first_seen, n.last_seen FROM handset n
            WHERE n.event <= $1 AND NOT n.{TAKEN_BACK.format("event")}""",
    ),
    "stops": (
        "event:i msisdn:i imei14:i why:t count:i",
        f"""SELECT n.event, n.msisdn, n.imei14, n.why, n.count FROM stop n
            WHERE n.event <= $1 AND NOT n.{TAKEN_BACK.format("event")}""",
    ),
    "evidence": (
        "msisdn:i imei14:i first_seen:i last_seen:i sightings:i event:i",
        f"""SELECT n.msisdn, n.imei14, n.first_seen, n.last_seen, n.sightings, n.event FROM {{wanted}} evidence n
            WHERE {{match n}} n.event <= $1 AND NOT n.{TAKEN_BACK.format("event")}""",
    ),
    "stopped_handsets": (
        "imei14:i why:t event:i",
        f"""SELECT n.imei14, n.why, n.event FROM stop n
            WHERE n.imei14 IS NOT NULL AND n.event <= $1 AND NOT n.{TAKEN_BACK.format("event")}""",
    ),
}

# The versions of complaints from which it is worked out what amends what, where registries were merged: all versions of
# each complaint.
ALL_VERSIONS = f"""SELECT c.event, c.row, c.complaint, c.complaint_key, c.source, c.district, c.reported_at,
    0 AS added_at, c.complainant, CASE WHEN c.{TAKEN_BACK.format("event")} THEN 1 ELSE 0 END AS taken_back,
    c.amount_lost, c.amount_recovered, c.fingerprint, CASE WHEN c.suspects = '' THEN 0 ELSE 1 END AS usable
  FROM complaint c WHERE c.event <= $1 {{wanted}}"""
ALL_VERSIONS_OF_WANTED = """AND c.complaint_key IN (
  SELECT k.complaint_key FROM wanted w CROSS JOIN naming n CROSS JOIN complaint k
    WHERE n.msisdn = w.msisdn AND k.event = n.event AND k.row = n.version
  UNION SELECT k.complaint_key FROM wanted w CROSS JOIN complainant n CROSS JOIN complaint k
    WHERE n.msisdn = w.msisdn AND k.event = n.event AND k.row = n.version)"""
VERSION_COLUMNS = (
    "event:i row:i complaint:i complaint_key:t source:t district:t reported_at:i added_at:i complainant:i taken_back:i "
    "amount_lost:i amount_recovered:i fingerprint:i usable:i"
)

# The versions in which wanted numbers stand.
WANTED_VERSIONS = """(SELECT n.event, n.version FROM wanted w CROSS JOIN naming n WHERE n.msisdn = w.msisdn
  UNION SELECT n.event, n.version FROM wanted w CROSS JOIN complainant n WHERE n.msisdn = w.msisdn) v CROSS JOIN"""

# The numbers whose state may differ between the cuts $1 and $2: linked, decided, answered or exported in between, or
# standing in what was taken back in between.
_BETWEEN = "event > $1 AND event <= $2"
_TAKEN = f"(SELECT withdrawn FROM withdrawal WHERE {_BETWEEN})"
TOUCHED = (
    *(f"SELECT msisdn FROM {name} WHERE {_BETWEEN}" for name in ("link", "decision", "outcome", "exported")),
    *(f"SELECT msisdn FROM {name} WHERE event IN {_TAKEN}" for name in ("link", "outcome")),
)

# What complaints said that came, were amended or were taken back between the cuts: also in their other versions, which
# fall or stand again.
_AMENDED = f"""(SELECT complaint_key FROM complaint WHERE {_BETWEEN} AND amends = 1
  UNION SELECT complaint_key FROM complaint WHERE event IN {_TAKEN})"""
SPOKEN = f"""SELECT suspects, complainants, complainant FROM complaint WHERE {_BETWEEN}
  UNION ALL SELECT c.suspects, c.complainants, c.complainant FROM {_AMENDED} k CROSS JOIN complaint c
    WHERE c.complaint_key = k.complaint_key"""

# What all versions of the complaints in `asked` say of numbers.
OF_ASKED = """SELECT c.suspects, c.complainants, c.complainant FROM asked a CROSS JOIN complaint c
  WHERE c.complaint_key = a.complaint_key"""

# The complaints whose number, without the zeros before it, is in `asked`: long ones of all sources, others of the same.
# CROSS JOIN: complaints have no index by it.
ALIKE = """SELECT DISTINCT a.ordinal, c.complaint_key, c.source, c.acknowledgement_no
  FROM complaint c CROSS JOIN asked a WHERE a.bare = ltrim(c.acknowledgement_no, '0')
    AND (a.long = 1 OR c.complaint_key = a.prefix || lower(c.acknowledgement_no))
    AND c.event NOT IN (SELECT withdrawn FROM withdrawal)"""

# On whose lists the wanted numbers went out.
SENT = """SELECT DISTINCT n.msisdn, x.receiver, n.action, n.event FROM wanted w CROSS JOIN exported n
  JOIN export x ON x.event = n.event WHERE n.msisdn = w.msisdn AND n.event <= $1"""

# The columns of a story.
HISTORY = (
    "event:i what:t status:t row:i source:t acknowledgement_no:t district:t reported_at:i note:t hop:i via_imei:i "
    "via_msisdn:i receiver:t reason:t"
)


def _telling(what: str, facts: str, **told: str) -> str:
    """The query of one kind of thing that touched the number $1: what is not `told` of it says nothing."""
    said = {"event": "n.event", "what": f"'{what}'", **told}
    columns = [field.partition(":") for field in HISTORY.split()]
    listed = ", ".join(f"{said.get(name, 'NULL' if code == 'i' else repr(''))} AS {name}" for name, _, code in columns)
    return f"SELECT DISTINCT {listed} FROM {facts}"


def _complaint(version: str, row: str) -> dict[str, str]:
    """What is told of a version of a complaint, and of a row in its file."""
    fields = ("source", "acknowledgement_no", "district", "reported_at")
    return {"row": row, **{field: f"{version}.{field}" for field in fields}}


# The versions in which the number $1 stands, as `{0}` tells them.
_IN = "{0} n JOIN complaint c ON c.event = n.event AND c.row = n.version WHERE n.msisdn = $1"

# All versions of the complaints in which the number $1 stands, and whether it stands in each, as `kind` tells.
KIN = """SELECT c.event, c.row, c.complaint_key, c.source, c.acknowledgement_no, c.district, c.reported_at,
    c.fingerprint, CASE WHEN c.suspects = '' THEN 0 ELSE 1 END AS usable,
    CASE WHEN EXISTS (SELECT 1 FROM naming n WHERE n.msisdn = $1 AND n.event = c.event AND n.version = c.row)
      THEN 1 ELSE 0 END AS named,
    CASE WHEN EXISTS (SELECT 1 FROM complainant n WHERE n.msisdn = $1 AND n.event = c.event AND n.version = c.row)
      THEN 1 ELSE 0 END AS complains
  FROM complaint c WHERE c.complaint_key IN (
    SELECT k.complaint_key FROM naming n JOIN complaint k ON k.event = n.event AND k.row = n.version WHERE n.msisdn = $1
    UNION
    SELECT k.complaint_key FROM complainant n JOIN complaint k ON k.event = n.event AND k.row = n.version
      WHERE n.msisdn = $1)"""

# The events besides complaints that said something of the number $1 which can be taken back.
TOUCHING = " UNION ".join(
    f"SELECT event FROM {name} WHERE msisdn = $1" for name in ("link", "evidence", "stop", "outcome")
)

_DOUBT = "CASE WHEN n.doubt <> '' THEN n.doubt ELSE n.note END"

# Everything that touched one number, but for what follows from other versions and from what was taken back.
STORY = (
    _telling("named", _IN.format("naming"), note=_DOUBT, **_complaint("c", "n.row")),
    _telling("complainant", _IN.format("complainant"), **_complaint("c", "c.row")),
    _telling("linked", "link n WHERE n.msisdn = $1", hop="hop", via_imei="via_imei", via_msisdn="via_msisdn"),
    _telling("seen", "evidence n WHERE n.msisdn = $1", via_imei="imei14"),
    _telling("stopped", "stop n WHERE n.msisdn = $1", note="why"),
    _telling("decided", "decision n WHERE n.msisdn = $1", status="status"),
    _telling(
        "outcome",
        "outcome n WHERE n.msisdn = $1",
        status="status",
        row="row",
        reported_at="happened_at",
        reason="reason",
    ),
    _telling(
        "exported",
        "exported n JOIN export x ON x.event = n.event WHERE n.msisdn = $1",
        status="n.action",
        receiver="x.receiver",
    ),
)
