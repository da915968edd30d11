-- What an account has decided to live with: which subjects of which check, who decided it, why, and until when.
CREATE TABLE security_exceptions (
    account         INTEGER NOT NULL,
    exception_id    TEXT    NOT NULL,
    check_id        TEXT    NOT NULL,
    subject_pattern TEXT    NOT NULL,
    owner           TEXT    NOT NULL,
    reason          TEXT    NOT NULL,
    expire_day      INTEGER NOT NULL,
    state           TEXT    NOT NULL,
    create_date     INTEGER NOT NULL,
    update_date     INTEGER NOT NULL,
    PRIMARY KEY (account, exception_id)
) STRICT, WITHOUT ROWID;
