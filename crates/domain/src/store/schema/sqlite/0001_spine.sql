-- What the spine keeps. Every primary key begins with the account, so that the tables shard by it; the exceptions are
-- the map from AccessKey to owner, which arrives without an account, and the server's own facts.
-- Time is seconds since 1970 UTC, a day is whole days since then. Account 0 is the operator, user 0 the root identity.

PRAGMA application_id = 1380011351;

CREATE TABLE server (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The counters are kept by the upkeep in the transaction of each change, never by hand.
CREATE TABLE accounts (
    account             INTEGER PRIMARY KEY,
    default_domain      TEXT    NOT NULL,
    create_date         INTEGER NOT NULL,
    last_login_date     INTEGER,
    password_policy     TEXT,
    security_preference TEXT,
    deleting            INTEGER NOT NULL DEFAULT 0 CHECK (deleting IN (0, 1)),
    users                INTEGER NOT NULL DEFAULT 0 CHECK (users >= 0),
    users_mfa            INTEGER NOT NULL DEFAULT 0 CHECK (users_mfa >= 0),
    root_mfa             INTEGER NOT NULL DEFAULT 0 CHECK (root_mfa IN (0, 1)),
    root_keys            INTEGER NOT NULL DEFAULT 0 CHECK (root_keys >= 0),
    counted_users        INTEGER NOT NULL DEFAULT 0 CHECK (counted_users >= 0),
    counted_keys         INTEGER NOT NULL DEFAULT 0 CHECK (counted_keys >= 0),
    counted_root_keys    INTEGER NOT NULL DEFAULT 0 CHECK (counted_root_keys >= 0),
    mfa_devices          INTEGER NOT NULL DEFAULT 0 CHECK (mfa_devices >= 0),
    mfa_devices_in_use   INTEGER NOT NULL DEFAULT 0 CHECK (mfa_devices_in_use >= 0)
) STRICT;
-- Domain names do not care for case.
CREATE UNIQUE INDEX accounts_by_default_domain ON accounts (lower(default_domain));

CREATE TABLE users (
    account         INTEGER NOT NULL,
    user_id         INTEGER NOT NULL,
    user_name       TEXT    NOT NULL,
    display_name    TEXT    NOT NULL,
    comments        TEXT    NOT NULL,
    email           TEXT    NOT NULL,
    mobile_phone    TEXT    NOT NULL,
    status          TEXT    NOT NULL CHECK (status IN ('active', 'freeze')),
    provision_type  TEXT    NOT NULL CHECK (provision_type IN ('Manual', 'SCIM', 'CloudSSO')),
    create_date     INTEGER NOT NULL,
    update_date     INTEGER NOT NULL,
    last_login_date INTEGER,
    PRIMARY KEY (account, user_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX users_by_name ON users (account, user_name);
-- A page of the few frozen ones must not scan the many others.
CREATE INDEX users_frozen ON users (account, user_id) WHERE status = 'freeze';

CREATE TABLE user_tags (
    account   INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    tag_key   TEXT    NOT NULL,
    tag_value TEXT    NOT NULL,
    PRIMARY KEY (account, user_id, tag_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_tags_by_key ON user_tags (account, tag_key, user_id);
CREATE INDEX user_tags_by_value ON user_tags (account, tag_key, tag_value, user_id);

-- No sealed_secret: a key of which only the facts are known; it counts in the report and can sign nothing.
CREATE TABLE access_keys (
    account           INTEGER NOT NULL,
    user_id           INTEGER NOT NULL,
    access_key_id     TEXT    NOT NULL,
    sealed_secret     BLOB,
    status            TEXT    NOT NULL CHECK (status IN ('Active', 'Inactive')),
    create_date       INTEGER NOT NULL,
    update_date       INTEGER NOT NULL,
    last_used_date    INTEGER,
    last_used_service TEXT,
    PRIMARY KEY (account, user_id, access_key_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE access_key_owners (
    access_key_id TEXT    NOT NULL PRIMARY KEY,
    account       INTEGER NOT NULL,
    user_id       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- user_id is absent while the device is bound to nobody, 0 when the root identity has it.
CREATE TABLE mfa_devices (
    account       INTEGER NOT NULL,
    device_name   TEXT    NOT NULL,
    device_type   TEXT    NOT NULL CHECK (device_type IN ('VMFA', 'U2F')),
    sealed_seed   BLOB,
    create_date   INTEGER NOT NULL,
    user_id       INTEGER,
    activate_date INTEGER,
    last_step     INTEGER,
    PRIMARY KEY (account, device_name)
) STRICT, WITHOUT ROWID;
CREATE INDEX mfa_devices_by_user ON mfa_devices (account, user_id) WHERE user_id IS NOT NULL;

CREATE TABLE login_profiles (
    account                 INTEGER NOT NULL,
    user_id                 INTEGER NOT NULL,
    status                  TEXT    NOT NULL CHECK (status IN ('Active', 'Inactive')),
    password_hash           TEXT,
    password_date           INTEGER,
    password_initial        INTEGER NOT NULL CHECK (password_initial IN (0, 1)),
    password_reset_required INTEGER NOT NULL,
    mfa_bind_required       INTEGER NOT NULL,
    create_date             INTEGER NOT NULL,
    update_date             INTEGER NOT NULL,
    last_login_date         INTEGER,
    failed_attempts         INTEGER NOT NULL,
    failed_date             INTEGER,
    PRIMARY KEY (account, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE password_history (
    account       INTEGER NOT NULL,
    user_id       INTEGER NOT NULL,
    place         INTEGER NOT NULL,
    password_hash TEXT    NOT NULL,
    PRIMARY KEY (account, user_id, place)
) STRICT, WITHOUT ROWID;

-- How many subjects of a kind have this base day; the kinds are numbered in store/upkeep.rs.
CREATE TABLE report_days (
    account INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    day     INTEGER NOT NULL,
    n       INTEGER NOT NULL CHECK (n >= 0),
    PRIMARY KEY (account, kind, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE nonces (
    account     INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    PRIMARY KEY (account, expires, fingerprint)
) STRICT, WITHOUT ROWID;

-- The operator owns AccessKeys like an account, and nothing else.
INSERT INTO accounts (account, default_domain, create_date) VALUES (0, '0000000000000000.onaliyun.com', 0);
