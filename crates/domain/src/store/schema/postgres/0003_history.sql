-- The history of an account's report: one row for each state that its ten values were in, with what led to it. Rows of
-- one instant have places 0, 1, 2 …. `told_until` is the
-- last instant at which the state was looked at and still the same; `kept` says that thinning has looked at the row and
-- it stays.
CREATE TABLE report_history (
    account       BIGINT NOT NULL,
    at            BIGINT NOT NULL,
    place         BIGINT NOT NULL,
    score         BIGINT NOT NULL,
    model_version TEXT COLLATE "C" NOT NULL,
    old_days      BIGINT NOT NULL,
    unused_days   BIGINT NOT NULL,
    ak_scope      TEXT COLLATE "C" NOT NULL,
    sub_user                       BIGINT NOT NULL,
    sub_user_bind_mfa              BIGINT NOT NULL,
    sub_user_with_unused_access_key BIGINT NOT NULL,
    root_with_access_key           BIGINT NOT NULL,
    sub_user_with_old_access_key   BIGINT NOT NULL,
    unused_ak_num                  BIGINT NOT NULL,
    old_ak_num                     BIGINT NOT NULL,
    sub_user_pwd_level             TEXT COLLATE "C" NOT NULL,
    bind_mfa                       BIGINT NOT NULL CHECK (bind_mfa IN (0, 1)),
    cause         TEXT COLLATE "C" NOT NULL CHECK (cause IN ('Operation', 'TimePassed', 'Import', 'Collect', 'Settings')),
    operation     TEXT COLLATE "C",
    caller        TEXT COLLATE "C",
    request_id    TEXT COLLATE "C",
    subjects      TEXT COLLATE "C",
    more_subjects BIGINT NOT NULL,
    told_until    BIGINT NOT NULL,
    kept          BIGINT NOT NULL DEFAULT 0 CHECK (kept IN (0, 1)),
    PRIMARY KEY (account, at, place)
);
-- What thinning has not looked at yet, oldest first.
CREATE INDEX report_history_to_thin ON report_history (account, at, place) WHERE kept = 0;
