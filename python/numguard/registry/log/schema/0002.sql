-- What complaint sheets say beside: the police station, when it happened, and money that was held but is not back yet.
ALTER TABLE complaint ADD COLUMN police_station TEXT NOT NULL DEFAULT '';
ALTER TABLE complaint ADD COLUMN incident_at BIGINT;
ALTER TABLE complaint ADD COLUMN amount_held BIGINT;
