-- Which key an export was written under: the first digits of a digest of the key, 'none' of a list with the numbers
-- themselves, '' of an export recorded before this column.
ALTER TABLE export ADD COLUMN key_check TEXT NOT NULL DEFAULT '';

-- The value of each side: a status, or how many numbers a complaint names. Digests are over the former names (`seal`).
ALTER TABLE contradiction RENAME COLUMN held_said TO held_value;
ALTER TABLE contradiction RENAME COLUMN other_said TO other_value;
