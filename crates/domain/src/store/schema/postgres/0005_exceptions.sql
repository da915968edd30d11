-- What an account has decided to live with: which subjects of which check, who decided it, why, and until when.
CREATE TABLE security_exceptions (
    account         BIGINT NOT NULL,
    exception_id    TEXT COLLATE "C" NOT NULL,
    check_id        TEXT COLLATE "C" NOT NULL,
    subject_pattern TEXT COLLATE "C" NOT NULL,
    owner           TEXT COLLATE "C" NOT NULL,
    reason          TEXT COLLATE "C" NOT NULL,
    expire_day      BIGINT NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    create_date     BIGINT NOT NULL,
    update_date     BIGINT NOT NULL,
    PRIMARY KEY (account, exception_id)
);
