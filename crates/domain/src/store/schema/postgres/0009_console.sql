-- Who is signed in at the console. The cookie brings the account and a token, of which only the hash is kept here.
-- An access_key_id: signed in with that AccessKey, else with a password. The stage says what is still asked for.
CREATE TABLE console_sessions (
    account       BIGINT NOT NULL,
    token_hash    BYTEA NOT NULL,
    user_id       BIGINT NOT NULL,
    access_key_id TEXT COLLATE "C",
    stage         TEXT COLLATE "C" NOT NULL CHECK (stage IN ('Code', 'Password', 'Device', 'Done')),
    mfa           BIGINT NOT NULL CHECK (mfa IN (0, 1)),
    create_date   BIGINT NOT NULL,
    ends          BIGINT NOT NULL,
    PRIMARY KEY (account, token_hash)
);
CREATE INDEX console_sessions_by_user ON console_sessions (account, user_id);
CREATE INDEX console_sessions_by_end ON console_sessions (account, ends);

-- The password with which the root identity signs in, where it has one.
CREATE TABLE root_passwords (
    account       BIGINT NOT NULL PRIMARY KEY,
    password_hash TEXT COLLATE "C" NOT NULL,
    password_date BIGINT NOT NULL
);
