-- Accounts that were mirrored from a cloud: their runs, what of each subject could not be known, and what disappeared.

-- end_date is absent while a run goes on, or was cut off; position says where it then goes on.
CREATE TABLE collect_runs (
    account    BIGINT NOT NULL,
    run        BIGINT NOT NULL,
    endpoint   TEXT COLLATE "C" NOT NULL,
    plan       TEXT COLLATE "C" NOT NULL CHECK (plan IN ('credential-report', 'walk')),
    start_date BIGINT NOT NULL,
    end_date   BIGINT,
    position   TEXT COLLATE "C" NOT NULL,
    calls      BIGINT NOT NULL,
    outcome    TEXT COLLATE "C",
    PRIMARY KEY (account, run)
);

-- run: the last one that saw the user; 0 is root. unknown: bits of state/mirror/unknown.rs. todo: what is still to be asked
-- of the user in that run; hint: what is known already and spares a call.
CREATE TABLE mirrored_users (
    account BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    run     BIGINT NOT NULL,
    unknown BIGINT NOT NULL,
    todo    BIGINT NOT NULL,
    hint    TEXT COLLATE "C",
    PRIMARY KEY (account, user_id)
);

CREATE TABLE mirrored_devices (
    account     BIGINT NOT NULL,
    device_name TEXT COLLATE "C" NOT NULL,
    run         BIGINT NOT NULL,
    PRIMARY KEY (account, device_name)
);

CREATE TABLE disappeared (
    account   BIGINT NOT NULL,
    run       BIGINT NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL CHECK (kind IN ('User', 'AccessKey', 'MFADevice', 'LoginProfile')),
    user_id   BIGINT NOT NULL,
    subject   TEXT COLLATE "C" NOT NULL,
    gone_date BIGINT NOT NULL,
    PRIMARY KEY (account, run, kind, user_id, subject)
);
