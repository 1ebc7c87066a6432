-- Wrong guesses at secrets, counted for all hosts together. A row is a user, an
-- address, or a user at an address; only this installation's key tells which.
CREATE TABLE gatehouse_sso_throttle (
    digest text NOT NULL PRIMARY KEY,
    failures integer NOT NULL,
    first_failure text NOT NULL,
    last_failure text NOT NULL,
    known_until text,
    expiration_time text NOT NULL
);
CREATE INDEX gatehouse_sso_throttle_expiration ON gatehouse_sso_throttle (expiration_time);
