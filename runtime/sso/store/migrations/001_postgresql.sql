-- The tables of Zato 3.2's SSO, as section 11 of the specification has them, and
-- after them our own: used TOTP steps and the audit.
--
-- In a database that Zato made, tables and indexes are there already and stay as
-- they are; only the primary keys get the default that they lack there.

CREATE SEQUENCE IF NOT EXISTS zato_sso_user_id_seq;
CREATE TABLE IF NOT EXISTS zato_sso_user (
    id integer DEFAULT nextval('zato_sso_user_id_seq') NOT NULL PRIMARY KEY,
    user_id character varying(191) NOT NULL,
    is_active boolean NOT NULL,
    is_internal boolean NOT NULL,
    is_super_user boolean NOT NULL,
    is_locked boolean NOT NULL,
    locked_time timestamp without time zone,
    creation_ctx text NOT NULL,
    locked_by character varying(191),
    approval_status character varying(191) NOT NULL,
    approval_status_mod_time timestamp without time zone NOT NULL,
    approval_status_mod_by character varying(191) NOT NULL,
    username character varying(191) NOT NULL,
    password text NOT NULL,
    password_is_set boolean NOT NULL,
    password_must_change boolean NOT NULL,
    password_last_set timestamp without time zone NOT NULL,
    password_expiry timestamp without time zone NOT NULL,
    sign_up_status character varying(191) NOT NULL,
    sign_up_time timestamp without time zone NOT NULL,
    sign_up_confirm_time timestamp without time zone,
    sign_up_confirm_token character varying(191) NOT NULL,
    email text,
    display_name character varying(191),
    first_name character varying(191),
    middle_name character varying(191),
    last_name character varying(191),
    display_name_upper character varying(191),
    first_name_upper character varying(191),
    middle_name_upper character varying(191),
    last_name_upper character varying(191),
    is_rate_limit_active boolean,
    rate_limit_type character varying(40),
    rate_limit_def text,
    rate_limit_check_parent_def boolean,
    is_totp_enabled boolean DEFAULT false NOT NULL,
    totp_key text,
    totp_label text,
    opaque1 text,
    CONSTRAINT zato_u_usrn_uq UNIQUE (username),
    CONSTRAINT zato_user_id_uq UNIQUE (user_id)
);
ALTER TABLE zato_sso_user ALTER COLUMN id SET DEFAULT nextval('zato_sso_user_id_seq');
CREATE INDEX IF NOT EXISTS zato_u_alln_idx ON zato_sso_user (first_name_upper, middle_name_upper, last_name_upper);
CREATE INDEX IF NOT EXISTS zato_u_appr_stat_idx ON zato_sso_user (approval_status);
CREATE INDEX IF NOT EXISTS zato_u_dspn_idx ON zato_sso_user (display_name_upper);
CREATE INDEX IF NOT EXISTS zato_u_email_idx ON zato_sso_user (email);
CREATE INDEX IF NOT EXISTS zato_u_lastn_idx ON zato_sso_user (last_name_upper);
CREATE UNIQUE INDEX IF NOT EXISTS zato_u_sigctok_idx ON zato_sso_user (sign_up_confirm_token);
CREATE INDEX IF NOT EXISTS zato_u_sigst_idx ON zato_sso_user (sign_up_status);

CREATE SEQUENCE IF NOT EXISTS zato_sso_sid_seq;
CREATE TABLE IF NOT EXISTS zato_sso_session (
    id integer DEFAULT nextval('zato_sso_sid_seq') NOT NULL PRIMARY KEY,
    ust character varying(191) NOT NULL,
    creation_time timestamp without time zone NOT NULL,
    expiration_time timestamp without time zone NOT NULL,
    remote_addr text NOT NULL,
    user_agent text NOT NULL,
    auth_type text NOT NULL,
    auth_principal text NOT NULL,
    ext_session_id text,
    opaque1 text,
    user_id integer NOT NULL REFERENCES zato_sso_user (id) ON DELETE CASCADE
);
ALTER TABLE zato_sso_session ALTER COLUMN id SET DEFAULT nextval('zato_sso_sid_seq');
CREATE INDEX IF NOT EXISTS zato_sso_extsi_idx ON zato_sso_session (ext_session_id);
CREATE UNIQUE INDEX IF NOT EXISTS zato_sso_sust_idx ON zato_sso_session (ust);
CREATE INDEX IF NOT EXISTS gatehouse_sso_session_user ON zato_sso_session (user_id);

CREATE SEQUENCE IF NOT EXISTS zato_sso_attr_seq;
CREATE TABLE IF NOT EXISTS zato_sso_attr (
    id integer DEFAULT nextval('zato_sso_attr_seq') NOT NULL PRIMARY KEY,
    creation_time timestamp without time zone NOT NULL,
    last_modified timestamp without time zone,
    expiration_time timestamp without time zone,
    is_session_attr boolean NOT NULL,
    is_encrypted boolean NOT NULL,
    serial_method character varying(20) NOT NULL,
    name character varying(191) NOT NULL,
    value text,
    _ust_string character varying(191) NOT NULL,
    opaque1 text,
    user_id character varying(191) NOT NULL REFERENCES zato_sso_user (user_id) ON DELETE CASCADE,
    ust character varying(191) REFERENCES zato_sso_session (ust) ON DELETE CASCADE,
    CONSTRAINT zato_attr_name_uq UNIQUE (name, is_session_attr, user_id, _ust_string)
);
ALTER TABLE zato_sso_attr ALTER COLUMN id SET DEFAULT nextval('zato_sso_attr_seq');
CREATE INDEX IF NOT EXISTS zato_attr_usr ON zato_sso_attr (user_id);
CREATE INDEX IF NOT EXISTS zato_attr_usr_name ON zato_sso_attr (user_id, name);
CREATE INDEX IF NOT EXISTS zato_attr_usr_ust ON zato_sso_attr (user_id, ust);
CREATE UNIQUE INDEX IF NOT EXISTS zato_attr_usr_ust_name ON zato_sso_attr (user_id, ust, name);
CREATE INDEX IF NOT EXISTS gatehouse_sso_attr_ust ON zato_sso_attr (ust);

CREATE SEQUENCE IF NOT EXISTS zato_sso_linked_auth_seq;
CREATE TABLE IF NOT EXISTS zato_sso_linked_auth (
    id integer DEFAULT nextval('zato_sso_linked_auth_seq') NOT NULL PRIMARY KEY,
    is_active boolean NOT NULL,
    is_internal boolean NOT NULL,
    creation_time timestamp without time zone NOT NULL,
    last_modified timestamp without time zone,
    has_ext_principal boolean NOT NULL,
    auth_type text NOT NULL,
    auth_id integer,
    auth_principal text,
    auth_source text NOT NULL,
    opaque1 text,
    user_id character varying(191) NOT NULL REFERENCES zato_sso_user (user_id) ON DELETE CASCADE
);
ALTER TABLE zato_sso_linked_auth ALTER COLUMN id SET DEFAULT nextval('zato_sso_linked_auth_seq');
CREATE UNIQUE INDEX IF NOT EXISTS auth_idx ON zato_sso_linked_auth (auth_type, user_id, auth_id, auth_principal);

CREATE SEQUENCE IF NOT EXISTS zato_sso_flow_prt_seq;
CREATE TABLE IF NOT EXISTS zato_sso_password_reset (
    id integer DEFAULT nextval('zato_sso_flow_prt_seq') NOT NULL PRIMARY KEY,
    creation_time timestamp without time zone NOT NULL,
    expiration_time timestamp without time zone NOT NULL,
    creation_ctx text NOT NULL,
    token character varying(191) NOT NULL,
    type_ character varying(191) NOT NULL,
    reset_key character varying(191) NOT NULL,
    reset_key_exp_time timestamp without time zone NOT NULL,
    has_been_accessed boolean NOT NULL,
    access_time timestamp without time zone,
    access_ctx text,
    is_password_reset boolean NOT NULL,
    password_reset_time timestamp without time zone,
    password_reset_ctx text,
    opaque1 text,
    user_id character varying(191) NOT NULL REFERENCES zato_sso_user (user_id) ON DELETE CASCADE
);
ALTER TABLE zato_sso_password_reset ALTER COLUMN id SET DEFAULT nextval('zato_sso_flow_prt_seq');
CREATE UNIQUE INDEX IF NOT EXISTS zato_prt_value_type ON zato_sso_password_reset (token, type_);

CREATE SEQUENCE IF NOT EXISTS zato_sso_group_id_seq;
CREATE TABLE IF NOT EXISTS zato_sso_group (
    id integer DEFAULT nextval('zato_sso_group_id_seq') NOT NULL PRIMARY KEY,
    is_active boolean NOT NULL,
    is_internal boolean NOT NULL,
    group_id character varying(191) NOT NULL,
    name character varying(191) NOT NULL,
    source character varying(191) NOT NULL,
    opaque1 text,
    parent_id integer REFERENCES zato_sso_group (id) ON DELETE CASCADE,
    CONSTRAINT zato_g_gid_uq UNIQUE (group_id),
    CONSTRAINT zato_g_name_uq UNIQUE (name, source)
);
ALTER TABLE zato_sso_group ALTER COLUMN id SET DEFAULT nextval('zato_sso_group_id_seq');

CREATE SEQUENCE IF NOT EXISTS zato_sso_ug_seq;
CREATE TABLE IF NOT EXISTS zato_sso_user_group (
    id integer DEFAULT nextval('zato_sso_ug_seq') NOT NULL PRIMARY KEY,
    opaque1 text,
    user_id integer NOT NULL REFERENCES zato_sso_user (id) ON DELETE CASCADE,
    group_id integer NOT NULL REFERENCES zato_sso_group (id) ON DELETE CASCADE,
    CONSTRAINT zato_ug_id_uq UNIQUE (user_id, group_id)
);
ALTER TABLE zato_sso_user_group ALTER COLUMN id SET DEFAULT nextval('zato_sso_ug_seq');

CREATE TABLE gatehouse_sso_totp_used (
    user_id integer NOT NULL REFERENCES zato_sso_user (id) ON DELETE CASCADE,
    step bigint NOT NULL,
    PRIMARY KEY (user_id, step)
);

CREATE TABLE gatehouse_audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    time timestamp without time zone NOT NULL,
    cid text NOT NULL,
    op text NOT NULL,
    actor text NOT NULL,
    target text NOT NULL,
    app text NOT NULL,
    remote_addr text NOT NULL,
    user_agent text NOT NULL,
    result text NOT NULL,
    sub_status text NOT NULL,
    keys text NOT NULL,
    changes text NOT NULL
);
CREATE INDEX IF NOT EXISTS gatehouse_audit_time ON gatehouse_audit USING brin (time);
CREATE INDEX IF NOT EXISTS gatehouse_audit_cid ON gatehouse_audit (cid);
CREATE INDEX IF NOT EXISTS gatehouse_audit_actor ON gatehouse_audit (actor);
CREATE INDEX IF NOT EXISTS gatehouse_audit_target ON gatehouse_audit (target);
