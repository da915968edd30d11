-- Accounts that were mirrored from a cloud: their runs, what of each subject could not be known, and what disappeared.

-- end_date is absent while a run goes on, or was cut off; position says where it then goes on.
CREATE TABLE collect_runs (
    account    INTEGER NOT NULL,
    run        INTEGER NOT NULL,
    endpoint   TEXT    NOT NULL,
    plan       TEXT    NOT NULL CHECK (plan IN ('credential-report', 'walk')),
    start_date INTEGER NOT NULL,
    end_date   INTEGER,
    position   TEXT    NOT NULL,
    calls      INTEGER NOT NULL,
    outcome    TEXT,
    PRIMARY KEY (account, run)
) STRICT, WITHOUT ROWID;

-- run: the last one that saw the user; 0 is root. unknown: bits of state/mirror/unknown.rs. todo: what is still to be asked
-- of the user in that run; hint: what is known already and spares a call.
CREATE TABLE mirrored_users (
    account INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    run     INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    todo    INTEGER NOT NULL,
    hint    TEXT,
    PRIMARY KEY (account, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE mirrored_devices (
    account     INTEGER NOT NULL,
    device_name TEXT    NOT NULL,
    run         INTEGER NOT NULL,
    PRIMARY KEY (account, device_name)
) STRICT, WITHOUT ROWID;

CREATE TABLE disappeared (
    account   INTEGER NOT NULL,
    run       INTEGER NOT NULL,
    kind      TEXT    NOT NULL CHECK (kind IN ('User', 'AccessKey', 'MFADevice', 'LoginProfile')),
    user_id   INTEGER NOT NULL,
    subject   TEXT    NOT NULL,
    gone_date INTEGER NOT NULL,
    PRIMARY KEY (account, run, kind, user_id, subject)
) STRICT, WITHOUT ROWID;
