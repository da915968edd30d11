-- Who is signed in at the console. The cookie brings the account and a token, of which only the hash is kept here.
-- An access_key_id: signed in with that AccessKey, else with a password. The stage says what is still asked for.
CREATE TABLE console_sessions (
    account       INTEGER NOT NULL,
    token_hash    BLOB    NOT NULL,
    user_id       INTEGER NOT NULL,
    access_key_id TEXT,
    stage         TEXT    NOT NULL CHECK (stage IN ('Code', 'Password', 'Device', 'Done')),
    mfa           INTEGER NOT NULL CHECK (mfa IN (0, 1)),
    create_date   INTEGER NOT NULL,
    ends          INTEGER NOT NULL,
    PRIMARY KEY (account, token_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX console_sessions_by_user ON console_sessions (account, user_id);
CREATE INDEX console_sessions_by_end ON console_sessions (account, ends);

-- The password with which the root identity signs in, where it has one.
CREATE TABLE root_passwords (
    account       INTEGER NOT NULL PRIMARY KEY,
    password_hash TEXT    NOT NULL,
    password_date INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
