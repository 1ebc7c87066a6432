-- Parts of names are found through their trigrams, and pages of users in order
-- of names without sorting them all. What has no middle name needs no entry.
CREATE INDEX gatehouse_sso_user_middle_name ON zato_sso_user (middle_name_upper) WHERE middle_name_upper IS NOT NULL;
CREATE INDEX gatehouse_sso_user_order ON zato_sso_user
    (display_name COLLATE "C", username COLLATE "C", sign_up_time, user_id COLLATE "C");

-- pg_trgm comes with PostgreSQL, but not every installation has it or lets this
-- user have it. Without, a search for a part of a name reads all users.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX gatehouse_sso_user_names ON zato_sso_user USING gin (
        display_name_upper gin_trgm_ops, first_name_upper gin_trgm_ops,
        middle_name_upper gin_trgm_ops, last_name_upper gin_trgm_ops);
EXCEPTION WHEN undefined_file OR undefined_object OR insufficient_privilege OR feature_not_supported THEN
    RAISE WARNING 'there is no index for parts of names: %', SQLERRM;
END
$$;
