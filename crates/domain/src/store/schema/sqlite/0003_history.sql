-- The history of an account's report: one row for each state that its ten values were in, with what led to it. Rows of
-- one instant have places 0, 1, 2 …. `told_until` is the
-- last instant at which the state was looked at and still the same; `kept` says that thinning has looked at the row and
-- it stays.
CREATE TABLE report_history (
    account       INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    place         INTEGER NOT NULL,
    score         INTEGER NOT NULL,
    model_version TEXT    NOT NULL,
    old_days      INTEGER NOT NULL,
    unused_days   INTEGER NOT NULL,
    ak_scope      TEXT    NOT NULL,
    sub_user                       INTEGER NOT NULL,
    sub_user_bind_mfa              INTEGER NOT NULL,
    sub_user_with_unused_access_key INTEGER NOT NULL,
    root_with_access_key           INTEGER NOT NULL,
    sub_user_with_old_access_key   INTEGER NOT NULL,
    unused_ak_num                  INTEGER NOT NULL,
    old_ak_num                     INTEGER NOT NULL,
    sub_user_pwd_level             TEXT    NOT NULL,
    bind_mfa                       INTEGER NOT NULL CHECK (bind_mfa IN (0, 1)),
    cause         TEXT    NOT NULL CHECK (cause IN ('Operation', 'TimePassed', 'Import', 'Collect', 'Settings')),
    operation     TEXT,
    caller        TEXT,
    request_id    TEXT,
    subjects      TEXT,
    more_subjects INTEGER NOT NULL,
    told_until    INTEGER NOT NULL,
    kept          INTEGER NOT NULL DEFAULT 0 CHECK (kept IN (0, 1)),
    PRIMARY KEY (account, at, place)
) STRICT, WITHOUT ROWID;
-- What thinning has not looked at yet, oldest first.
CREATE INDEX report_history_to_thin ON report_history (account, at, place) WHERE kept = 0;
