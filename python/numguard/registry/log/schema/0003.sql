-- Why a naming is not certain ('' where it is), and the cell that it was read from: such a number waits for a person.
ALTER TABLE naming ADD COLUMN doubt TEXT NOT NULL DEFAULT '';
ALTER TABLE naming ADD COLUMN cell TEXT NOT NULL DEFAULT '';

-- What was read before these columns from narratives, or beside any words at all, was never certain.
UPDATE naming SET doubt = 'from_narrative' WHERE note = 'from_narrative';
UPDATE naming SET doubt = 'unlisted_words' WHERE note = 'text_removed';
