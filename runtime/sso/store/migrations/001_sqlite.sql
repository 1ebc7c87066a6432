-- The tables of Zato 3.2's SSO, as section 11 of the specification has them, and
-- after them our own: used TOTP steps and the audit.
--
-- Times are fixed-width text in UTC; varchar(191) is text whose width core checks.

CREATE TABLE zato_sso_user (
    id integer PRIMARY KEY AUTOINCREMENT,
    user_id text NOT NULL,
    is_active boolean NOT NULL,
    is_internal boolean NOT NULL,
    is_super_user boolean NOT NULL,
    is_locked boolean NOT NULL,
    locked_time text,
    creation_ctx text NOT NULL,
    locked_by text,
    approval_status text NOT NULL,
    approval_status_mod_time text NOT NULL,
    approval_status_mod_by text NOT NULL,
    username text NOT NULL,
    password text NOT NULL,
    password_is_set boolean NOT NULL,
    password_must_change boolean NOT NULL,
    password_last_set text NOT NULL,
    password_expiry text NOT NULL,
    sign_up_status text NOT NULL,
    sign_up_time text NOT NULL,
    sign_up_confirm_time text,
    sign_up_confirm_token text NOT NULL,
    email text,
    display_name text,
    first_name text,
    middle_name text,
    last_name text,
    display_name_upper text,
    first_name_upper text,
    middle_name_upper text,
    last_name_upper text,
    is_rate_limit_active boolean,
    rate_limit_type text,
    rate_limit_def text,
    rate_limit_check_parent_def boolean,
    is_totp_enabled boolean DEFAULT false NOT NULL,
    totp_key text,
    totp_label text,
    opaque1 text,
    CONSTRAINT zato_u_usrn_uq UNIQUE (username),
    CONSTRAINT zato_user_id_uq UNIQUE (user_id)
);
CREATE INDEX zato_u_alln_idx ON zato_sso_user (first_name_upper, middle_name_upper, last_name_upper);
CREATE INDEX zato_u_appr_stat_idx ON zato_sso_user (approval_status);
CREATE INDEX zato_u_dspn_idx ON zato_sso_user (display_name_upper);
CREATE INDEX zato_u_email_idx ON zato_sso_user (email);
CREATE INDEX zato_u_lastn_idx ON zato_sso_user (last_name_upper);
CREATE UNIQUE INDEX zato_u_sigctok_idx ON zato_sso_user (sign_up_confirm_token);
CREATE INDEX zato_u_sigst_idx ON zato_sso_user (sign_up_status);

CREATE TABLE zato_sso_session (
    id integer PRIMARY KEY AUTOINCREMENT,
    ust text NOT NULL,
    creation_time text NOT NULL,
    expiration_time text NOT NULL,
    remote_addr text NOT NULL,
    user_agent text NOT NULL,
    auth_type text NOT NULL,
    auth_principal text NOT NULL,
    ext_session_id text,
    opaque1 text,
    user_id integer NOT NULL REFERENCES zato_sso_user (id) ON DELETE CASCADE
);
CREATE INDEX zato_sso_extsi_idx ON zato_sso_session (ext_session_id);
CREATE UNIQUE INDEX zato_sso_sust_idx ON zato_sso_session (ust);
CREATE INDEX gatehouse_sso_session_user ON zato_sso_session (user_id);

CREATE TABLE zato_sso_attr (
    id integer PRIMARY KEY AUTOINCREMENT,
    creation_time text NOT NULL,
    last_modified text,
    expiration_time text,
    is_session_attr boolean NOT NULL,
    is_encrypted boolean NOT NULL,
    serial_method character varying(20) NOT NULL,
    name text NOT NULL,
    value text,
    _ust_string text NOT NULL,
    opaque1 text,
    user_id text NOT NULL REFERENCES zato_sso_user (user_id) ON DELETE CASCADE,
    ust text REFERENCES zato_sso_session (ust) ON DELETE CASCADE,
    CONSTRAINT zato_attr_name_uq UNIQUE (name, is_session_attr, user_id, _ust_string)
);
CREATE INDEX zato_attr_usr ON zato_sso_attr (user_id);
CREATE INDEX zato_attr_usr_name ON zato_sso_attr (user_id, name);
CREATE INDEX zato_attr_usr_ust ON zato_sso_attr (user_id, ust);
CREATE UNIQUE INDEX zato_attr_usr_ust_name ON zato_sso_attr (user_id, ust, name);
CREATE INDEX gatehouse_sso_attr_ust ON zato_sso_attr (ust);

CREATE TABLE zato_sso_linked_auth (
    id integer PRIMARY KEY AUTOINCREMENT,
    is_active boolean NOT NULL,
    is_internal boolean NOT NULL,
    creation_time text NOT NULL,
    last_modified text,
    has_ext_principal boolean NOT NULL,
    auth_type text NOT NULL,
    auth_id integer,
    auth_principal text,
    auth_source text NOT NULL,
    opaque1 text,
    user_id text NOT NULL REFERENCES zato_sso_user (user_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX auth_idx ON zato_sso_linked_auth (auth_type, user_id, auth_id, auth_principal);

CREATE TABLE zato_sso_password_reset (
    id integer PRIMARY KEY AUTOINCREMENT,
    creation_time text NOT NULL,
    expiration_time text NOT NULL,
    creation_ctx text NOT NULL,
    token text NOT NULL,
    type_ text NOT NULL,
    reset_key text NOT NULL,
    reset_key_exp_time text NOT NULL,
    has_been_accessed boolean NOT NULL,
    access_time text,
    access_ctx text,
    is_password_reset boolean NOT NULL,
    password_reset_time text,
    password_reset_ctx text,
    opaque1 text,
    user_id text NOT NULL REFERENCES zato_sso_user (user_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX zato_prt_value_type ON zato_sso_password_reset (token, type_);

CREATE TABLE zato_sso_group (
    id integer PRIMARY KEY AUTOINCREMENT,
    is_active boolean NOT NULL,
    is_internal boolean NOT NULL,
    group_id text NOT NULL,
    name text NOT NULL,
    source text NOT NULL,
    opaque1 text,
    parent_id integer REFERENCES zato_sso_group (id) ON DELETE CASCADE,
    CONSTRAINT zato_g_gid_uq UNIQUE (group_id),
    CONSTRAINT zato_g_name_uq UNIQUE (name, source)
);

CREATE TABLE zato_sso_user_group (
    id integer PRIMARY KEY AUTOINCREMENT,
    opaque1 text,
    user_id integer NOT NULL REFERENCES zato_sso_user (id) ON DELETE CASCADE,
    group_id integer NOT NULL REFERENCES zato_sso_group (id) ON DELETE CASCADE,
    CONSTRAINT zato_ug_id_uq UNIQUE (user_id, group_id)
);

CREATE TABLE gatehouse_sso_totp_used (
    user_id integer NOT NULL REFERENCES zato_sso_user (id) ON DELETE CASCADE,
    step bigint NOT NULL,
    PRIMARY KEY (user_id, step)
);

CREATE TABLE gatehouse_audit (
    id integer PRIMARY KEY AUTOINCREMENT,
    time text NOT NULL,
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
CREATE INDEX gatehouse_audit_time ON gatehouse_audit (time);
CREATE INDEX gatehouse_audit_cid ON gatehouse_audit (cid);
CREATE INDEX gatehouse_audit_actor ON gatehouse_audit (actor);
CREATE INDEX gatehouse_audit_target ON gatehouse_audit (target);
