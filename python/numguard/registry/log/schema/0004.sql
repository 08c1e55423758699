-- The digest of each event, over all that it says and the digest before it. What a later step adds to a table has to be
-- null or '' in the rows that are there, so that their digests stay what they are.
CREATE TABLE seal (event BIGINT PRIMARY KEY, digest TEXT NOT NULL);

-- Files that are on their way to their places: no part of the log, and empty but while a list goes out. First, without
-- an event, what names them have in common; then, recorded with the event, each file and its place. Names are quoted.
CREATE TABLE sending (
  token TEXT NOT NULL, host TEXT NOT NULL, folder TEXT NOT NULL, event BIGINT, partial TEXT NOT NULL, place TEXT NOT NULL);
