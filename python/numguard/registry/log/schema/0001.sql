-- The event log. Nothing here is ever updated or deleted, but for the one row of `head`.
--
-- Every call that changes something is one event; all that it says carries the event's number, so that the state at any
-- moment is what the rows up to some number say. Text columns are never null (nothing said is ''), moments are
-- microseconds since 1970 in UTC, sums of money are paise, numbers are E.164 digits, handsets are IMEI14 keys.

-- The schema's version, the last event's number and the moment of it. The writer of a transaction takes its number from
-- here, and so holds every other writer back until it commits.
CREATE TABLE head (schema_version BIGINT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL);

CREATE TABLE event (
  seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, verb TEXT NOT NULL, reason TEXT NOT NULL);

-- The files and tables that an event read, as they were.
CREATE TABLE input (
  event BIGINT NOT NULL, ordinal BIGINT NOT NULL, name TEXT NOT NULL, bytes BIGINT, sha256 TEXT NOT NULL,
  records BIGINT, PRIMARY KEY (event, ordinal));

CREATE TABLE intake (
  event BIGINT PRIMARY KEY, added BIGINT NOT NULL, updated BIGINT NOT NULL, repeated BIGINT NOT NULL,
  refused BIGINT NOT NULL);

-- An intake, an outcomes file or an expansion that was taken back.
CREATE TABLE withdrawal (event BIGINT PRIMARY KEY, withdrawn BIGINT NOT NULL);

-- One row a version of a complaint, in the order of its file. `complaint` is the same for all its versions; `suspects`
-- are the digits of the numbers that it names: a version without any is kept but stands for nothing, and replaces nothing;
-- `complainants` are those of all who complain, where they are several.
CREATE TABLE complaint (
  event BIGINT NOT NULL, row BIGINT NOT NULL, complaint BIGINT NOT NULL, complaint_key TEXT NOT NULL,
  source TEXT NOT NULL, acknowledgement_no TEXT NOT NULL, district TEXT NOT NULL, category TEXT NOT NULL,
  reported_at BIGINT, complainant BIGINT, amount_lost BIGINT, amount_recovered BIGINT, suspects TEXT NOT NULL,
  complainants TEXT NOT NULL, amends BIGINT NOT NULL, fingerprint BIGINT NOT NULL, PRIMARY KEY (event, row));
CREATE INDEX complaint_by_key ON complaint (complaint_key);
CREATE INDEX complaint_amended ON complaint (complaint, event) WHERE amends = 1;

-- The numbers of who complains, and those that a version names: `row` is where one stands in the file, `version` the
-- version's row. Rows come in the order of the numbers, so that the index grows page by page.
CREATE TABLE complainant (event BIGINT NOT NULL, version BIGINT NOT NULL, msisdn BIGINT NOT NULL);
CREATE INDEX complainant_by_msisdn ON complainant (msisdn);

CREATE TABLE naming (
  event BIGINT NOT NULL, row BIGINT NOT NULL, version BIGINT NOT NULL, msisdn BIGINT NOT NULL, note TEXT NOT NULL);
CREATE INDEX naming_by_msisdn ON naming (msisdn);

CREATE TABLE refusal (
  event BIGINT NOT NULL, row BIGINT NOT NULL, field TEXT NOT NULL, cell TEXT NOT NULL,
  note TEXT NOT NULL);
CREATE INDEX refusal_by_event ON refusal (event);

-- A walk over sightings: from which state its seeds came, with which policy.
CREATE TABLE expansion (
  event BIGINT PRIMARY KEY, as_of BIGINT NOT NULL, policy TEXT NOT NULL, seeds BIGINT NOT NULL, linked BIGINT NOT NULL,
  braked TEXT NOT NULL);

CREATE TABLE link (
  event BIGINT NOT NULL, msisdn BIGINT NOT NULL, hop BIGINT NOT NULL, seed_msisdn BIGINT NOT NULL,
  via_imei BIGINT NOT NULL, via_msisdn BIGINT NOT NULL, first_seen BIGINT, last_seen BIGINT, sightings BIGINT NOT NULL);
CREATE INDEX link_by_msisdn ON link (msisdn);
CREATE INDEX link_by_seed ON link (seed_msisdn);
CREATE INDEX link_by_event ON link (event);

CREATE TABLE handset (
  event BIGINT NOT NULL, imei14 BIGINT NOT NULL, hop BIGINT NOT NULL, numbers BIGINT NOT NULL, first_seen BIGINT,
  last_seen BIGINT, PRIMARY KEY (event, imei14));

CREATE TABLE stop (
  event BIGINT NOT NULL, msisdn BIGINT, imei14 BIGINT, why TEXT NOT NULL, count BIGINT NOT NULL);
CREATE INDEX stop_by_event ON stop (event);

CREATE TABLE evidence (
  event BIGINT NOT NULL, msisdn BIGINT NOT NULL, imei14 BIGINT NOT NULL, first_seen BIGINT, last_seen BIGINT,
  sightings BIGINT NOT NULL);
CREATE INDEX evidence_by_msisdn ON evidence (msisdn);
CREATE INDEX evidence_by_event ON evidence (event);

-- What an officer decided; the reason is the event's.
CREATE TABLE decision (
  event BIGINT NOT NULL, msisdn BIGINT NOT NULL, status TEXT NOT NULL, PRIMARY KEY (event, msisdn));
CREATE INDEX decision_by_msisdn ON decision (msisdn);

-- What came back from operators, in the order in which it happened within its file.
CREATE TABLE outcome (
  event BIGINT NOT NULL, ordinal BIGINT NOT NULL, row BIGINT NOT NULL, msisdn BIGINT NOT NULL, status TEXT NOT NULL,
  happened_at BIGINT, reason TEXT NOT NULL, PRIMARY KEY (event, ordinal));
CREATE INDEX outcome_by_msisdn ON outcome (msisdn);

-- A list that went out to a receiver: the state it shows, how it was made, and the file.
CREATE TABLE export (
  event BIGINT PRIMARY KEY, receiver TEXT NOT NULL, as_of BIGINT NOT NULL, since BIGINT NOT NULL,
  district TEXT NOT NULL, policy TEXT NOT NULL, name TEXT NOT NULL, bytes BIGINT NOT NULL, sha256 TEXT NOT NULL,
  records BIGINT NOT NULL);
CREATE INDEX export_by_receiver ON export (receiver);

CREATE TABLE exported (
  event BIGINT NOT NULL, msisdn BIGINT NOT NULL, action TEXT NOT NULL, PRIMARY KEY (event, msisdn));
CREATE INDEX exported_by_msisdn ON exported (msisdn);

INSERT INTO head (schema_version, seq, at) VALUES (0, 0, 0);
