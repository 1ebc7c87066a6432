-- Wrong guesses at secrets, counted for all hosts together. A row is a user, an
-- address, or a user at an address; only this installation's key tells which.
CREATE TABLE gatehouse_sso_throttle (
    digest text NOT NULL PRIMARY KEY,
    failures integer NOT NULL,
    first_failure timestamp without time zone NOT NULL,
    last_failure timestamp without time zone NOT NULL,
    known_until timestamp without time zone,
    expiration_time timestamp without time zone NOT NULL
);
CREATE INDEX gatehouse_sso_throttle_expiration ON gatehouse_sso_throttle (expiration_time);
