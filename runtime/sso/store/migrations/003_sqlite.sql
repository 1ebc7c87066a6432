-- Parts of names are found through their trigrams, and pages of users in order
-- of names without sorting them all. What has no middle name needs no entry.
CREATE INDEX gatehouse_sso_user_middle_name ON zato_sso_user (middle_name_upper) WHERE middle_name_upper IS NOT NULL;
CREATE INDEX gatehouse_sso_user_order ON zato_sso_user (display_name IS NULL, display_name, username, sign_up_time, user_id);

CREATE VIRTUAL TABLE gatehouse_sso_user_names USING fts5 (
    display_name_upper, first_name_upper, middle_name_upper, last_name_upper,
    content = 'zato_sso_user', content_rowid = 'id', tokenize = 'trigram case_sensitive 1', detail = full, columnsize = 0
);
INSERT INTO gatehouse_sso_user_names (gatehouse_sso_user_names) VALUES ('rebuild');

CREATE TRIGGER gatehouse_sso_user_names_insert AFTER INSERT ON zato_sso_user BEGIN
    INSERT INTO gatehouse_sso_user_names (rowid, display_name_upper, first_name_upper, middle_name_upper, last_name_upper)
    VALUES (new.id, new.display_name_upper, new.first_name_upper, new.middle_name_upper, new.last_name_upper);
END;
CREATE TRIGGER gatehouse_sso_user_names_delete AFTER DELETE ON zato_sso_user BEGIN
    INSERT INTO gatehouse_sso_user_names (gatehouse_sso_user_names, rowid, display_name_upper, first_name_upper, middle_name_upper, last_name_upper)
    VALUES ('delete', old.id, old.display_name_upper, old.first_name_upper, old.middle_name_upper, old.last_name_upper);
END;
CREATE TRIGGER gatehouse_sso_user_names_update AFTER UPDATE ON zato_sso_user
WHEN old.display_name_upper IS NOT new.display_name_upper OR old.first_name_upper IS NOT new.first_name_upper
    OR old.middle_name_upper IS NOT new.middle_name_upper OR old.last_name_upper IS NOT new.last_name_upper
BEGIN
    INSERT INTO gatehouse_sso_user_names (gatehouse_sso_user_names, rowid, display_name_upper, first_name_upper, middle_name_upper, last_name_upper)
    VALUES ('delete', old.id, old.display_name_upper, old.first_name_upper, old.middle_name_upper, old.last_name_upper);
    INSERT INTO gatehouse_sso_user_names (rowid, display_name_upper, first_name_upper, middle_name_upper, last_name_upper)
    VALUES (new.id, new.display_name_upper, new.first_name_upper, new.middle_name_upper, new.last_name_upper);
END;
