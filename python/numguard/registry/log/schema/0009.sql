-- Complaints that may be recorded ones are looked up by their number without leading zeros, as spreadsheets leave it.
CREATE INDEX complaint_by_number ON complaint (ltrim(acknowledgement_no, '0'));
