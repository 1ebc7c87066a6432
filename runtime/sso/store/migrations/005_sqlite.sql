-- The chain of seals over the audit (package chain). Entries stay as they are:
-- each seal lists those that it covers.

CREATE TABLE gatehouse_audit_seal (
    number integer NOT NULL PRIMARY KEY,
    time text NOT NULL,
    entries integer NOT NULL,
    list blob NOT NULL,
    key_id text NOT NULL,
    digest blob NOT NULL
);

-- One row: where the chain begins and ends.
CREATE TABLE gatehouse_audit_head (
    id integer NOT NULL PRIMARY KEY CHECK (id = 1),
    time text NOT NULL,
    first integer NOT NULL,
    number integer NOT NULL,
    top integer NOT NULL,
    gaps text NOT NULL,
    sealed integer NOT NULL,
    removed integer NOT NULL,
    anchor blob NOT NULL,
    digest blob NOT NULL,
    key_id text NOT NULL,
    mac blob NOT NULL
);
INSERT INTO gatehouse_audit_head VALUES (1, '2000-01-01 00:00:00.000000', 1, 0, 0, '[]', 0, 0, x'', x'', '', x'');

-- What seals were made with, encrypted: seals outlive the keys that they come from.
CREATE TABLE gatehouse_audit_key (
    key_id text NOT NULL PRIMARY KEY,
    token text NOT NULL
);
