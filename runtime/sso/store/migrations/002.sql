-- What makes users findable, and what has expired quick to find. Zato trips over
-- none of it.

-- A keyed digest of the e-mail in clear: encrypted ones can be looked up by it.
ALTER TABLE zato_sso_user ADD COLUMN gatehouse_email_digest text;
CREATE INDEX gatehouse_sso_user_email ON zato_sso_user (gatehouse_email_digest);

CREATE INDEX gatehouse_sso_session_expiration ON zato_sso_session (expiration_time);
CREATE INDEX gatehouse_sso_attr_expiration ON zato_sso_attr (expiration_time);
CREATE INDEX gatehouse_sso_reset_expiration ON zato_sso_password_reset (expiration_time);
