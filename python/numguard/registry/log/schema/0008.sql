-- What the status of a complaint means: 'stands', 'unclear', or '' where a sheet has none.
ALTER TABLE complaint ADD COLUMN status TEXT NOT NULL DEFAULT '';
