"""The queries of the event log, in SQL that both stores accept.

Owns the queries of facts, of the numbers that changed between two events, and of the history of one number. Independent
of connections and statuses. One idea: every query has a cut, $1, and sees the rows up to it.
"""

# Queries are composed of constants of this file alone; the values of callers are bound.
# ruff: noqa: S608

from __future__ import annotations

from numguard.registry.log.tables import REOPENED, fields_of

# Whether an event is withdrawn, at the cut $1.
WITHDRAWN = "event IN (SELECT withdrawn FROM withdrawal WHERE event <= $1)"
_TAKEN_BACK = f"CASE WHEN c.{WITHDRAWN} THEN 1 ELSE 0 END AS taken_back"
# The event of a status that may mean that the complaint has ended; 0 of one that it stands, null of none.
_UNCLEAR_AT = "CASE c.status WHEN 'unclear' THEN c.event WHEN 'stands' THEN 0 END AS unclear_at"
# Whether a version of a complaint names a number.
_USABLE = "CASE WHEN c.suspects = '' THEN 0 ELSE 1 END AS usable"

# The versions that amend version `c` of a complaint, at the cut $1: later ones that are not withdrawn.
_AMENDING = f"""complaint d WHERE d.amends = 1 AND d.complaint = c.complaint AND d.event > c.event
  AND d.event <= $1 AND NOT d.{WITHDRAWN}"""

# Whether it stands: neither withdrawn nor amended.
_STANDS = f"""NOT c.{WITHDRAWN} AND NOT EXISTS (SELECT 1 FROM {_AMENDING})"""

# The versions `c` of complaints that have ended, each with the refused cell that says so.
_ENDED = f"""refusal n CROSS JOIN complaint c
  WHERE n.note = 'complaint_ended' AND c.event = n.event AND c.row = n.row
    AND n.event <= $1 AND NOT n.{WITHDRAWN}"""

# One query a kind of fact, each for the numbers in `wanted` only, or for all of them. CROSS JOIN keeps SQLite from
# reordering: `wanted` is small, and each of its numbers is one index lookup; the fields in braces are filled by
# `of_all` and `of_wanted`. The facts that a report alone reads, from complaints to stops, are of all numbers.
FACTS = {
    "versions": (
        (
            "event:i row:i complaint:i source:t district:t reported_at:i added_at:i complainant:i taken_back:i "
            "amended_at:i unclear_at:i"
        ),
        f"""SELECT c.event, c.row, c.complaint, c.source, c.district, c.reported_at, e.at AS added_at, c.complainant,
              {_TAKEN_BACK},
              (SELECT min(d.event) FROM {_AMENDING}) AS amended_at, {_UNCLEAR_AT}
            FROM {{versions}} complaint c CROSS JOIN event e
            WHERE {{of_versions}} e.seq = c.event AND c.event <= $1""",
    ),
    "namings": (
        "msisdn:i event:i version:i row:i doubt:t",
        "SELECT n.msisdn, n.event, n.version, n.row, n.doubt FROM {wanted} naming n WHERE {of_wanted} n.event <= $1",
    ),
    # The content of complaints, to be compared.
    "compared_versions": (
        "event:i row:i complaint_key:t source:t acknowledgement_no:t suspects:t fingerprint:i taken_back:i",
        f"""SELECT c.event, c.row, c.complaint_key, c.source, c.acknowledgement_no, c.suspects, c.fingerprint,
              {_TAKEN_BACK}
            FROM complaint c WHERE c.event <= $1""",
    ),
    "doubtful_cells": (
        "msisdn:i event:i version:i row:i cell:t",
        """SELECT n.msisdn, n.event, n.version, n.row, n.cell FROM {wanted} naming n
           WHERE {of_wanted} n.event <= $1 AND n.cell <> ''""",
    ),
    "complainants": (
        "msisdn:i event:i version:i",
        "SELECT n.msisdn, n.event, n.version FROM {wanted} complainant n WHERE {of_wanted} n.event <= $1",
    ),
    # The complainants of withdrawn files, and the event of the withdrawal.
    "withdrawn_complainants": (
        "msisdn:i event:i",
        """SELECT DISTINCT n.msisdn, b.event FROM {wanted} complainant n CROSS JOIN withdrawal b
           WHERE {of_wanted} b.withdrawn = n.event AND b.event <= $1""",
    ),
    "links": (
        "msisdn:i hop:i seed_msisdn:i via_imei:i via_msisdn:i first_seen:i last_seen:i sightings:i event:i stands:i",
        f"""SELECT n.msisdn, n.hop, n.seed_msisdn, n.via_imei, n.via_msisdn, n.first_seen, n.last_seen, n.sightings,
              n.event, CASE WHEN n.{WITHDRAWN} THEN 0 ELSE 1 END AS stands
            FROM {{wanted}} link n WHERE {{of_wanted}} n.event <= $1""",
    ),
    "decisions": (
        "msisdn:i status:t event:i at:i reason:t",
        """SELECT n.msisdn, n.status, n.event, e.at, e.reason FROM {wanted} decision n CROSS JOIN event e
           WHERE {of_wanted} e.seq = n.event AND n.event <= $1""",
    ),
    "outcomes": (
        "msisdn:i status:t event:i ordinal:i reason:t happened_at:i",
        f"""SELECT n.msisdn, n.status, n.event, n.ordinal, n.reason, n.happened_at FROM {{wanted}} outcome n
            WHERE {{of_wanted}} n.event <= $1 AND NOT n.{WITHDRAWN}""",
    ),
    # For merges alone: which events read the same file.
    "files_of_outcomes": (
        "event:i file:t",
        """SELECT i.event, i.sha256 AS file FROM input i JOIN event e ON e.seq = i.event
           WHERE e.verb = 'record_outcomes' AND i.event <= $1""",
    ),
    "exported": (
        "msisdn:i action:t event:i",
        """SELECT n.msisdn, n.action, n.event FROM {wanted} exported n WHERE {of_wanted} n.event <= $1""",
    ),
    # For changes alone: the blocks and releases of numbers, and whom they were sent to.
    "sent": (
        "msisdn:i action:t event:i receiver:t district:t key_check:t",
        """SELECT n.msisdn, n.action, n.event, x.receiver, x.district, x.key_check
           FROM {wanted} exported n CROSS JOIN export x
           WHERE {of_wanted} x.event = n.event AND n.event <= $1
             AND n.action IN ('block', 'release', 'release_and_reverify')""",
    ),
    "sent_handsets": (
        "imei14:i msisdn:i action:t event:i receiver:t district:t key_check:t",
        """SELECT n.imei14, n.msisdn, n.action, n.event, x.receiver, x.district, x.key_check
           FROM exported_handset n CROSS JOIN export x WHERE x.event = n.event AND n.event <= $1""",
    ),
    "complaints": (
        "event:i row:i complaint:i source:t district:t reported_at:i amount_lost:i amount_recovered:i usable:i",
        f"""SELECT c.event, c.row, c.complaint, c.source, c.district, c.reported_at, c.amount_lost, c.amount_recovered,
              {_USABLE}
            FROM complaint c WHERE c.event <= $1 AND {_STANDS}""",
    ),
    "refusals": (
        "field:t note:t cells:i",
        f"""SELECT n.field, n.note, count(*) AS cells FROM refusal n
            WHERE n.event <= $1 AND NOT n.{WITHDRAWN} GROUP BY n.field, n.note""",
    ),
    # The rows of complaints that have ended, each the first of its version.
    "ended": ("event:i version:i", f"""SELECT DISTINCT c.event, c.row AS version FROM {_ENDED}"""),
    # The versions that only record that a complaint stands which had ended.
    "reopened": (
        "event:i version:i",
        f"""SELECT c.event, c.row AS version FROM complaint c
            WHERE c.fingerprint = {REOPENED} AND c.event <= $1 AND NOT c.{WITHDRAWN}""",
    ),
    "handsets": (
        "event:i imei14:i hop:i numbers:i first_seen:i last_seen:i",
        f"""SELECT n.event, n.imei14, n.hop, n.numbers, n.first_seen, n.last_seen FROM handset n
            WHERE n.event <= $1 AND NOT n.{WITHDRAWN}""",
    ),
    "stops": (
        "event:i msisdn:i imei14:i why:t count:i",
        f"""SELECT n.event, n.msisdn, n.imei14, n.why, n.count FROM stop n
            WHERE n.event <= $1 AND NOT n.{WITHDRAWN}""",
    ),
    "evidence": (
        "msisdn:i imei14:i first_seen:i last_seen:i sightings:i event:i",
        f"""SELECT n.msisdn, n.imei14, n.first_seen, n.last_seen, n.sightings, n.event FROM {{wanted}} evidence n
            WHERE {{of_wanted}} n.event <= $1 AND NOT n.{WITHDRAWN}""",
    ),
    "stopped_handsets": (
        "imei14:i why:t event:i",
        f"""SELECT n.imei14, n.why, n.event FROM stop n
            WHERE n.imei14 IS NOT NULL AND n.event <= $1 AND NOT n.{WITHDRAWN}""",
    ),
}

# The versions of complaints from which amendments are derived where registries were merged: all versions of each
# complaint.
ALL_VERSIONS = f"""SELECT c.event, c.row, c.complaint, c.complaint_key, c.source, c.district, c.reported_at,
    0 AS added_at, c.complainant, {_TAKEN_BACK}, c.amount_lost, c.amount_recovered, c.fingerprint, {_USABLE},
    {_UNCLEAR_AT}
  FROM complaint c WHERE c.event <= $1 {{wanted}}"""
ALL_VERSIONS_OF_WANTED = """AND c.complaint_key IN (
  SELECT k.complaint_key FROM wanted w CROSS JOIN naming n CROSS JOIN complaint k
    WHERE n.msisdn = w.msisdn AND k.event = n.event AND k.row = n.version
  UNION SELECT k.complaint_key FROM wanted w CROSS JOIN complainant n CROSS JOIN complaint k
    WHERE n.msisdn = w.msisdn AND k.event = n.event AND k.row = n.version)"""
VERSION_COLUMNS = (
    "event:i row:i complaint:i complaint_key:t source:t district:t reported_at:i added_at:i complainant:i taken_back:i "
    "amount_lost:i amount_recovered:i fingerprint:i usable:i unclear_at:i"
)

# The versions of the complaints of the versions in `candidate` that are neither withdrawn nor of a complaint that has
# ended.
VERSIONS_BESIDE_COLUMNS = (
    "ordinal:i event:i row:i usable:i district:t reported_at:i complainant:i amount_lost:i amount_recovered:i "
    "unclear_at:i"
)
VERSIONS_BESIDE = f"""SELECT a.ordinal, c.event, c.row, {_USABLE}, c.district, c.reported_at, c.complainant,
    c.amount_lost, c.amount_recovered, {_UNCLEAR_AT}
  FROM candidate a CROSS JOIN complaint v CROSS JOIN complaint c
  WHERE v.event = a.event AND v.row = a.row AND c.complaint_key = v.complaint_key
    AND c.event <= $1 AND NOT c.{WITHDRAWN}
    AND NOT EXISTS (SELECT 1 FROM refusal n WHERE n.event = c.event AND n.row = c.row AND n.note = 'complaint_ended')"""

# The versions that name a number and are withdrawn, and the event that withdrew each: they amended those before them.
WITHDRAWN_VERSIONS = """SELECT c.complaint, c.event, w.event AS withdrawn_at FROM withdrawal w CROSS JOIN complaint c
  WHERE c.event = w.withdrawn AND c.suspects <> '' AND w.event <= $1"""

# The versions that contain wanted numbers.
_WANTED_VERSIONS = """(SELECT n.event, n.version FROM wanted w CROSS JOIN naming n WHERE n.msisdn = w.msisdn
  UNION SELECT n.event, n.version FROM wanted w CROSS JOIN complainant n WHERE n.msisdn = w.msisdn) v CROSS JOIN"""


def of_all(query: str) -> str:
    """A query of `FACTS`, for all numbers."""
    return query.format(wanted="", of_wanted="", versions="", of_versions="")


def of_wanted(query: str) -> str:
    """A query of `FACTS`, for the numbers in `wanted`."""
    return query.format(
        wanted="wanted w CROSS JOIN",
        of_wanted="n.msisdn = w.msisdn AND",
        versions=_WANTED_VERSIONS,
        of_versions="c.event = v.event AND c.row = v.version AND",
    )


# The numbers whose state may differ between the cuts $1 and $2: linked, decided, answered or exported in between, or
# contained in a file that was withdrawn in between.
_BETWEEN = "event > $1 AND event <= $2"
_TAKEN = f"(SELECT withdrawn FROM withdrawal WHERE {_BETWEEN})"
TOUCHED = (
    *(f"SELECT msisdn FROM {name} WHERE {_BETWEEN}" for name in ("link", "decision", "outcome", "exported")),
    *(f"SELECT msisdn FROM {name} WHERE event IN {_TAKEN}" for name in ("link", "outcome")),
)

# The numbers of complaints that were added, amended or withdrawn between the cuts: those of their other versions too,
# whose standing may change.
_AMENDED = f"""(SELECT complaint_key FROM complaint WHERE {_BETWEEN} AND amends = 1
  UNION SELECT complaint_key FROM complaint WHERE event IN {_TAKEN})"""
NUMBER_COLUMNS = "suspects:t complainants:t complainant:i"
COMPLAINTS_BETWEEN = f"""SELECT suspects, complainants, complainant FROM complaint WHERE {_BETWEEN}
  UNION ALL SELECT c.suspects, c.complainants, c.complainant FROM {_AMENDED} k CROSS JOIN complaint c
    WHERE c.complaint_key = k.complaint_key"""

# All versions of the complaints in `candidate`, and their numbers.
VERSIONS_OF_CANDIDATES = f"""SELECT a.ordinal, c.event, c.complaint, c.fingerprint, {_USABLE}, {_UNCLEAR_AT},
    CASE WHEN c.event IN (SELECT withdrawn FROM withdrawal) THEN 1 ELSE 0 END AS taken_back
  FROM candidate a CROSS JOIN complaint c WHERE c.complaint_key = a.complaint_key"""
NUMBERS_OF_CANDIDATES = """SELECT c.suspects, c.complainants, c.complainant FROM candidate a CROSS JOIN complaint c
  WHERE c.complaint_key = a.complaint_key"""

# The complaints that have ended, and the events; and the events that named numbers of the complaints in `candidate`, or
# reopened them.
ENDINGS = f"""SELECT DISTINCT c.complaint_key, c.event FROM {_ENDED}"""
OPENINGS = f"""SELECT c.complaint_key, c.event FROM candidate a CROSS JOIN complaint c
  WHERE c.complaint_key = a.complaint_key AND (c.suspects <> '' OR c.fingerprint = {REOPENED})
    AND c.event <= $1 AND NOT c.{WITHDRAWN}"""

# The complaints whose number, without leading zeros, is in `candidate`: long ones of all sources, others of the same
# source, with which their key begins: `lower` depends on the collation of a server. SQLite compares a column with an
# expression as text, for which it does not use the index of that expression: two expressions have no type.
ALIKE = """SELECT DISTINCT a.ordinal, c.complaint_key, c.source, c.acknowledgement_no
  FROM candidate a CROSS JOIN complaint c WHERE ltrim(c.acknowledgement_no, '0') = a.bare || ''
    AND (a.long = 1 OR substr(c.complaint_key, 1, length(a.prefix)) = a.prefix)
    AND c.event NOT IN (SELECT withdrawn FROM withdrawal)"""

# The inputs up to the cut $1, each with the event that withdrew it by then.
INPUTS = """SELECT i.event, e.verb, i.name, i.bytes, i.sha256, i.records,
    (SELECT min(w.event) FROM withdrawal w WHERE w.withdrawn = i.event AND w.event <= $1) AS withdrawn
  FROM input i JOIN event e ON e.seq = i.event WHERE i.event <= $1"""

# The events up to the cut $1 whose complaints, links, sightings or answers have a wanted number.
CONTAINING = " UNION ".join(
    f"SELECT n.event FROM wanted w CROSS JOIN {name} n WHERE n.msisdn = w.msisdn AND n.event <= $1"
    for name in ("naming", "link", "evidence", "outcome")
)

# The numbers linked up to the cut $1 from the wanted ones, or next through one of them. No index has what is between a
# number and its seed: those with the seeds of the wanted numbers are looked through.
LINKED = """SELECT n.msisdn FROM wanted w CROSS JOIN link n WHERE n.seed_msisdn = w.msisdn AND n.event <= $1
  UNION SELECT n.msisdn
    FROM (SELECT DISTINCT b.seed_msisdn FROM wanted w CROSS JOIN link b WHERE b.msisdn = w.msisdn) s CROSS JOIN link n
    WHERE n.seed_msisdn = s.seed_msisdn AND n.hop > 1 AND n.event <= $1
      AND n.via_msisdn IN (SELECT msisdn FROM wanted)"""

# The seeds of the wanted numbers, and the numbers next to them on the way there.
LINKED_THROUGH = " UNION ".join(
    f"SELECT n.{far} AS msisdn FROM wanted w CROSS JOIN link n WHERE n.msisdn = w.msisdn AND n.event <= $1"
    for far in ("seed_msisdn", "via_msisdn")
)

# What the export $1 asks for each number.
EXPORTED_ACTIONS = """SELECT msisdn, action FROM exported WHERE event = $1
  UNION SELECT msisdn, action FROM exported_handset WHERE event = $1"""

# To which receivers the wanted numbers were sent.
SENT = """SELECT DISTINCT n.msisdn, x.receiver, n.action, n.event FROM wanted w CROSS JOIN exported n
  JOIN export x ON x.event = n.event WHERE n.msisdn = w.msisdn AND n.event <= $1"""

# The columns of a history.
HISTORY = (
    "event:i what:t status:t row:i source:t acknowledgement_no:t district:t reported_at:i note:t hop:i via_imei:i "
    "via_msisdn:i receiver:t reason:t"
)


def _entry(what: str, facts: str, **columns_of: str) -> str:
    """The query of one kind of history entry of the number $1; columns that are not given are empty."""
    given = {"event": "n.event", "what": f"'{what}'", **columns_of}
    listed = [f"{given.get(name, 'NULL' if code == 'i' else repr(''))} AS {name}" for name, code in fields_of(HISTORY)]
    return f"SELECT DISTINCT {', '.join(listed)} FROM {facts}"


def _complaint(version: str, row: str) -> dict[str, str]:
    """The columns of a version of a complaint, and of a row in its file."""
    fields = ("source", "acknowledgement_no", "district", "reported_at")
    return {"row": row, **{field: f"{version}.{field}" for field in fields}}


# The versions that contain the number $1, by the table `{0}`.
_IN = "{0} n JOIN complaint c ON c.event = n.event AND c.row = n.version WHERE n.msisdn = $1"

# All versions of the complaints that contain the number $1, and in which role each version has it.
_HAS = "CASE WHEN EXISTS (SELECT 1 FROM {0} n WHERE n.msisdn = $1 AND n.event = c.event AND n.version = c.row)"
RELATED_VERSIONS = f"""SELECT c.event, c.row, c.complaint_key, c.source, c.acknowledgement_no, c.district,
    c.reported_at, c.fingerprint, {_USABLE}, {_HAS.format("naming")} THEN 1 ELSE 0 END AS named,
    {_HAS.format("complainant")} THEN 1 ELSE 0 END AS complains
  FROM complaint c WHERE c.complaint_key IN (
    SELECT c.complaint_key FROM {_IN.format("naming")} UNION SELECT c.complaint_key FROM {_IN.format("complainant")})"""

# The events besides complaints that concern the number $1 and can be withdrawn.
TOUCHING = " UNION ".join(
    f"SELECT event FROM {name} WHERE msisdn = $1" for name in ("link", "evidence", "stop", "outcome")
)

_DOUBT = "CASE WHEN n.doubt <> '' THEN n.doubt ELSE n.note END"

# Whether the pairs of a list of handsets are on record: those of the first lists are not.
_PAIRS = "EXISTS (SELECT 1 FROM exported_handset h WHERE h.event = n.event AND h.msisdn = n.msisdn)"

# The history of one number, without what follows from other versions and from withdrawals.
ENTRIES = (
    _entry("named", _IN.format("naming"), note=_DOUBT, **_complaint("c", "n.row")),
    _entry("complainant", _IN.format("complainant"), **_complaint("c", "c.row")),
    _entry("linked", "link n WHERE n.msisdn = $1", hop="hop", via_imei="via_imei", via_msisdn="via_msisdn"),
    _entry("seen", "evidence n WHERE n.msisdn = $1", via_imei="imei14"),
    _entry("stopped", "stop n WHERE n.msisdn = $1", note="why"),
    _entry("decided", "decision n WHERE n.msisdn = $1", status="status"),
    _entry(
        "outcome",
        "outcome n WHERE n.msisdn = $1",
        status="status",
        row="row",
        reported_at="happened_at",
        reason="reason",
    ),
    _entry(
        "exported",
        f"""exported n JOIN export x ON x.event = n.event
            WHERE n.msisdn = $1 AND NOT (n.action = 'handset' AND {_PAIRS})""",
        status="n.action",
        receiver="x.receiver",
    ),
    _entry(
        "exported",
        """exported n CROSS JOIN exported_handset h CROSS JOIN export x WHERE n.msisdn = $1 AND n.action = 'handset'
             AND h.event = n.event AND h.msisdn = n.msisdn AND x.event = n.event""",
        status="h.action",
        via_imei="h.imei14",
        receiver="x.receiver",
    ),
)
