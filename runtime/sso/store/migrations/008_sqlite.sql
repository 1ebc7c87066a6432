-- When a session that a token has opened ends at the latest: when the token
-- expires. NULL is no such end.
ALTER TABLE zato_sso_session ADD COLUMN gatehouse_not_after text;
