-- The pairs of handset and number of an export, each with its action.
CREATE TABLE exported_handset (
  event BIGINT NOT NULL, imei14 BIGINT NOT NULL, msisdn BIGINT NOT NULL, action TEXT NOT NULL,
  PRIMARY KEY (event, imei14, msisdn));
