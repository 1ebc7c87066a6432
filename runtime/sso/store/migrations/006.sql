-- Who is linked to a security definition, and what resets a user has.
CREATE INDEX gatehouse_sso_linked_auth_definition ON zato_sso_linked_auth (auth_type, auth_id);
CREATE INDEX gatehouse_sso_reset_user ON zato_sso_password_reset (user_id);
