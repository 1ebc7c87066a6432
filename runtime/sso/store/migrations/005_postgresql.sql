-- The chain of seals over the audit (package chain). Entries stay as they are:
-- each seal lists those that it covers.

CREATE TABLE gatehouse_audit_seal (
    number bigint NOT NULL PRIMARY KEY,
    time timestamp without time zone NOT NULL,
    entries bigint NOT NULL,
    list bytea NOT NULL,
    key_id text NOT NULL,
    digest bytea NOT NULL
);

-- One row: where the chain begins and ends.
CREATE TABLE gatehouse_audit_head (
    id integer NOT NULL PRIMARY KEY CHECK (id = 1),
    time timestamp without time zone NOT NULL,
    first bigint NOT NULL,
    number bigint NOT NULL,
    top bigint NOT NULL,
    gaps text NOT NULL,
    sealed bigint NOT NULL,
    removed bigint NOT NULL,
    anchor bytea NOT NULL,
    digest bytea NOT NULL,
    key_id text NOT NULL,
    mac bytea NOT NULL
);
INSERT INTO gatehouse_audit_head VALUES (1, '2000-01-01 00:00:00', 1, 0, 0, '[]', 0, 0, '', '', '', '');

-- What seals were made with, encrypted: seals outlive the keys that they come from.
CREATE TABLE gatehouse_audit_key (
    key_id text NOT NULL PRIMARY KEY,
    token text NOT NULL
);
