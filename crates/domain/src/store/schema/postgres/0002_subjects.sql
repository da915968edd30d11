-- What the audit checks count. No database of this kind was served from before it had this step, so there are no rows to
-- fill the numbers from.
ALTER TABLE accounts ADD COLUMN console_users BIGINT NOT NULL DEFAULT 0 CHECK (console_users >= 0);
ALTER TABLE accounts ADD COLUMN console_users_without_mfa BIGINT NOT NULL DEFAULT 0 CHECK (console_users_without_mfa >= 0);
ALTER TABLE accounts ADD COLUMN console_users_with_keys BIGINT NOT NULL DEFAULT 0 CHECK (console_users_with_keys >= 0);
ALTER TABLE accounts ADD COLUMN users_with_two_keys BIGINT NOT NULL DEFAULT 0 CHECK (users_with_two_keys >= 0);
ALTER TABLE accounts ADD COLUMN never_used_keys BIGINT NOT NULL DEFAULT 0 CHECK (never_used_keys >= 0);
ALTER TABLE accounts ADD COLUMN never_used_root_keys BIGINT NOT NULL DEFAULT 0 CHECK (never_used_root_keys >= 0);

-- Whom the report counts, by the day their finding is reckoned from: each page of findings is a range of the key. The
-- kinds are numbered in store/upkeep/marks.rs.
CREATE TABLE report_subjects (
    account BIGINT NOT NULL,
    kind    BIGINT NOT NULL,
    day     BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (account, kind, day, user_id)
);
