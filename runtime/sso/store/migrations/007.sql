-- Secrets that all hosts of an installation share, encrypted.
CREATE TABLE gatehouse_sso_secret (
    name text NOT NULL PRIMARY KEY,
    token text NOT NULL
);
