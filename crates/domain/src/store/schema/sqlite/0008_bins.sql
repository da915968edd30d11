-- Network policies of AccessKeys, and the bins that deleted users and AccessKeys lie in for thirty days.

-- What an account has set beside what its row keeps; as JSON, one row for each thing that was ever set.
CREATE TABLE account_settings (
    account INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    value   TEXT    NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;

-- From where an AccessKey may sign; no row for the many that may from anywhere.
CREATE TABLE access_key_policies (
    account       INTEGER NOT NULL,
    user_id       INTEGER NOT NULL,
    access_key_id TEXT    NOT NULL,
    policy        TEXT    NOT NULL,
    PRIMARY KEY (account, user_id, access_key_id)
) STRICT, WITHOUT ROWID;

-- `kept` is all the user had but its AccessKeys: its rows of other tables, as JSON.
CREATE TABLE recycled_users (
    account      INTEGER NOT NULL,
    user_id      INTEGER NOT NULL,
    user_name    TEXT    NOT NULL,
    display_name TEXT    NOT NULL,
    create_date  INTEGER NOT NULL,
    recycle_date INTEGER NOT NULL,
    kept         TEXT    NOT NULL,
    PRIMARY KEY (account, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX recycled_users_by_name ON recycled_users (account, user_name, user_id);
CREATE INDEX recycled_users_by_date ON recycled_users (account, recycle_date, user_id);

-- with_user says that the key did not go alone, but with the user it belongs to.
CREATE TABLE recycled_keys (
    account           INTEGER NOT NULL,
    user_id           INTEGER NOT NULL,
    access_key_id     TEXT    NOT NULL,
    sealed_secret     BLOB,
    status            TEXT    NOT NULL CHECK (status IN ('Active', 'Inactive')),
    create_date       INTEGER NOT NULL,
    update_date       INTEGER NOT NULL,
    last_used_date    INTEGER,
    last_used_service TEXT,
    policy            TEXT,
    recycle_date      INTEGER NOT NULL,
    with_user         INTEGER NOT NULL CHECK (with_user IN (0, 1)),
    PRIMARY KEY (account, user_id, access_key_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX recycled_keys_by_id ON recycled_keys (account, access_key_id);
CREATE INDEX recycled_keys_by_date ON recycled_keys (account, recycle_date, user_id, access_key_id);

-- The phone and the mail address by which a user can prove itself beside an MFA device.
CREATE TABLE verifications (
    account     INTEGER NOT NULL,
    user_id     INTEGER NOT NULL,
    verify_type TEXT    NOT NULL CHECK (verify_type IN ('sms', 'email')),
    address     TEXT    NOT NULL,
    update_date INTEGER NOT NULL,
    PRIMARY KEY (account, user_id, verify_type)
) STRICT, WITHOUT ROWID;
