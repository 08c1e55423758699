-- Events that another registry recorded and that were taken in here: which registry, their number, moment and digest
-- there. In `event` such an event has the number and the moment of being taken in, so that the list as of a day stays
-- what this registry knew that day. A registry is named by the first digits of the digest of its first event.
CREATE TABLE origin (
  event BIGINT PRIMARY KEY, registry TEXT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, digest TEXT NOT NULL);

-- What a merge took in: from which registry and place, how many events, and how far that registry had come.
CREATE TABLE merge (
  event BIGINT PRIMARY KEY, registry TEXT NOT NULL, name TEXT NOT NULL, events BIGINT NOT NULL, upto BIGINT NOT NULL,
  digest TEXT NOT NULL);

-- Where registries that did not know of each other say different things of one number or complaint, and the rule by
-- which one of them holds.
CREATE TABLE contradiction (
  event BIGINT NOT NULL, kind TEXT NOT NULL, msisdn BIGINT, source TEXT NOT NULL, acknowledgement_no TEXT NOT NULL,
  held BIGINT NOT NULL, held_said TEXT NOT NULL, other BIGINT NOT NULL, other_said TEXT NOT NULL, rule TEXT NOT NULL);
CREATE INDEX contradiction_by_event ON contradiction (event);
