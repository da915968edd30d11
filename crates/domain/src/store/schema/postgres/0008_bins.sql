-- Network policies of AccessKeys, and the bins that deleted users and AccessKeys lie in for thirty days.

-- What an account has set beside what its row keeps; as JSON, one row for each thing that was ever set.
CREATE TABLE account_settings (
    account BIGINT NOT NULL,
    name    TEXT COLLATE "C" NOT NULL,
    value   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, name)
);

-- From where an AccessKey may sign; no row for the many that may from anywhere.
CREATE TABLE access_key_policies (
    account       BIGINT NOT NULL,
    user_id       BIGINT NOT NULL,
    access_key_id TEXT COLLATE "C" NOT NULL,
    policy        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, user_id, access_key_id)
);

-- `kept` is all the user had but its AccessKeys: its rows of other tables, as JSON.
CREATE TABLE recycled_users (
    account      BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    user_name    TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    create_date  BIGINT NOT NULL,
    recycle_date BIGINT NOT NULL,
    kept         TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, user_id)
);
CREATE INDEX recycled_users_by_name ON recycled_users (account, user_name, user_id);
CREATE INDEX recycled_users_by_date ON recycled_users (account, recycle_date, user_id);

-- with_user says that the key did not go alone, but with the user it belongs to.
CREATE TABLE recycled_keys (
    account           BIGINT NOT NULL,
    user_id           BIGINT NOT NULL,
    access_key_id     TEXT COLLATE "C" NOT NULL,
    sealed_secret     BYTEA,
    status            TEXT COLLATE "C" NOT NULL CHECK (status IN ('Active', 'Inactive')),
    create_date       BIGINT NOT NULL,
    update_date       BIGINT NOT NULL,
    last_used_date    BIGINT,
    last_used_service TEXT COLLATE "C",
    policy            TEXT COLLATE "C",
    recycle_date      BIGINT NOT NULL,
    with_user         BIGINT NOT NULL CHECK (with_user IN (0, 1)),
    PRIMARY KEY (account, user_id, access_key_id)
);
CREATE INDEX recycled_keys_by_id ON recycled_keys (account, access_key_id);
CREATE INDEX recycled_keys_by_date ON recycled_keys (account, recycle_date, user_id, access_key_id);

-- The phone and the mail address by which a user can prove itself beside an MFA device.
CREATE TABLE verifications (
    account     BIGINT NOT NULL,
    user_id     BIGINT NOT NULL,
    verify_type TEXT COLLATE "C" NOT NULL CHECK (verify_type IN ('sms', 'email')),
    address     TEXT COLLATE "C" NOT NULL,
    update_date BIGINT NOT NULL,
    PRIMARY KEY (account, user_id, verify_type)
);
