-- What the spine keeps. Every primary key begins with the account, so that the tables shard by it; the exceptions are
-- the map from AccessKey to owner, which arrives without an account, and the server's own facts.
-- Time is seconds since 1970 UTC, a day is whole days since then. Account 0 is the operator, user 0 the root identity.

-- Text is compared by its bytes, as in SQLite, whatever the database's locale is: lists go page by page in that order.

CREATE TABLE server (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);
-- By this a start knows the tables as its own.
COMMENT ON TABLE server IS 'ramward';

-- The counters are kept by the upkeep in the transaction of each change, never by hand. Half of each page is left free for
-- the next versions of its rows, which then need no new entry in any index.
CREATE TABLE accounts (
    account             BIGINT PRIMARY KEY,
    default_domain      TEXT COLLATE "C" NOT NULL,
    create_date         BIGINT NOT NULL,
    last_login_date     BIGINT,
    password_policy     TEXT COLLATE "C",
    security_preference TEXT COLLATE "C",
    deleting            BIGINT NOT NULL DEFAULT 0 CHECK (deleting IN (0, 1)),
    users                BIGINT NOT NULL DEFAULT 0 CHECK (users >= 0),
    users_mfa            BIGINT NOT NULL DEFAULT 0 CHECK (users_mfa >= 0),
    root_mfa             BIGINT NOT NULL DEFAULT 0 CHECK (root_mfa IN (0, 1)),
    root_keys            BIGINT NOT NULL DEFAULT 0 CHECK (root_keys >= 0),
    counted_users        BIGINT NOT NULL DEFAULT 0 CHECK (counted_users >= 0),
    counted_keys         BIGINT NOT NULL DEFAULT 0 CHECK (counted_keys >= 0),
    counted_root_keys    BIGINT NOT NULL DEFAULT 0 CHECK (counted_root_keys >= 0),
    mfa_devices          BIGINT NOT NULL DEFAULT 0 CHECK (mfa_devices >= 0),
    mfa_devices_in_use   BIGINT NOT NULL DEFAULT 0 CHECK (mfa_devices_in_use >= 0)
) WITH (fillfactor = 50);
-- Domain names do not care for case.
CREATE UNIQUE INDEX accounts_by_default_domain ON accounts (lower(default_domain));

CREATE TABLE users (
    account         BIGINT NOT NULL,
    user_id         BIGINT NOT NULL,
    user_name       TEXT COLLATE "C" NOT NULL,
    display_name    TEXT COLLATE "C" NOT NULL,
    comments        TEXT COLLATE "C" NOT NULL,
    email           TEXT COLLATE "C" NOT NULL,
    mobile_phone    TEXT COLLATE "C" NOT NULL,
    status          TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'freeze')),
    provision_type  TEXT COLLATE "C" NOT NULL CHECK (provision_type IN ('Manual', 'SCIM', 'CloudSSO')),
    create_date     BIGINT NOT NULL,
    update_date     BIGINT NOT NULL,
    last_login_date BIGINT,
    PRIMARY KEY (account, user_id)
);
CREATE UNIQUE INDEX users_by_name ON users (account, user_name);
-- A page of the few frozen ones must not scan the many others.
CREATE INDEX users_frozen ON users (account, user_id) WHERE status = 'freeze';

CREATE TABLE user_tags (
    account   BIGINT NOT NULL,
    user_id   BIGINT NOT NULL,
    tag_key   TEXT COLLATE "C" NOT NULL,
    tag_value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, user_id, tag_key)
);
CREATE INDEX user_tags_by_key ON user_tags (account, tag_key, user_id);
CREATE INDEX user_tags_by_value ON user_tags (account, tag_key, tag_value, user_id);

-- No sealed_secret: a key of which only the facts are known; it counts in the report and can sign nothing.
CREATE TABLE access_keys (
    account           BIGINT NOT NULL,
    user_id           BIGINT NOT NULL,
    access_key_id     TEXT COLLATE "C" NOT NULL,
    sealed_secret     BYTEA,
    status            TEXT COLLATE "C" NOT NULL CHECK (status IN ('Active', 'Inactive')),
    create_date       BIGINT NOT NULL,
    update_date       BIGINT NOT NULL,
    last_used_date    BIGINT,
    last_used_service TEXT COLLATE "C",
    PRIMARY KEY (account, user_id, access_key_id)
);

CREATE TABLE access_key_owners (
    access_key_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account       BIGINT NOT NULL,
    user_id       BIGINT NOT NULL
);

-- user_id is absent while the device is bound to nobody, 0 when the root identity has it.
CREATE TABLE mfa_devices (
    account       BIGINT NOT NULL,
    device_name   TEXT COLLATE "C" NOT NULL,
    device_type   TEXT COLLATE "C" NOT NULL CHECK (device_type IN ('VMFA', 'U2F')),
    sealed_seed   BYTEA,
    create_date   BIGINT NOT NULL,
    user_id       BIGINT,
    activate_date BIGINT,
    last_step     BIGINT,
    PRIMARY KEY (account, device_name)
);
CREATE INDEX mfa_devices_by_user ON mfa_devices (account, user_id) WHERE user_id IS NOT NULL;

CREATE TABLE login_profiles (
    account                 BIGINT NOT NULL,
    user_id                 BIGINT NOT NULL,
    status                  TEXT COLLATE "C" NOT NULL CHECK (status IN ('Active', 'Inactive')),
    password_hash           TEXT COLLATE "C",
    password_date           BIGINT,
    password_initial        BIGINT NOT NULL CHECK (password_initial IN (0, 1)),
    password_reset_required BIGINT NOT NULL,
    mfa_bind_required       BIGINT NOT NULL,
    create_date             BIGINT NOT NULL,
    update_date             BIGINT NOT NULL,
    last_login_date         BIGINT,
    failed_attempts         BIGINT NOT NULL,
    failed_date             BIGINT,
    PRIMARY KEY (account, user_id)
);

CREATE TABLE password_history (
    account       BIGINT NOT NULL,
    user_id       BIGINT NOT NULL,
    place         BIGINT NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, user_id, place)
);

-- How many subjects of a kind have this base day; the kinds are numbered in store/upkeep.rs.
CREATE TABLE report_days (
    account BIGINT NOT NULL,
    kind    BIGINT NOT NULL,
    day     BIGINT NOT NULL,
    n       BIGINT NOT NULL CHECK (n >= 0),
    PRIMARY KEY (account, kind, day)
) WITH (fillfactor = 50);

CREATE TABLE nonces (
    account     BIGINT NOT NULL,
    expires     BIGINT NOT NULL,
    fingerprint BIGINT NOT NULL,
    PRIMARY KEY (account, expires, fingerprint)
);

-- The operator owns AccessKeys like an account, and nothing else.
INSERT INTO accounts (account, default_domain, create_date) VALUES (0, '0000000000000000.onaliyun.com', 0);
