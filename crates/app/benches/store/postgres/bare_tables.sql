-- What the bare statements of pgbench change.
CREATE TABLE counters (counter BIGINT PRIMARY KEY, number BIGINT NOT NULL);
INSERT INTO counters VALUES (1, 0);
CREATE TABLE burnt (account BIGINT, expires BIGINT, fingerprint BIGINT, PRIMARY KEY (account, expires, fingerprint));
