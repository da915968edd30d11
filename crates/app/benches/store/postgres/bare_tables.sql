-- What the bare statements of pgbench change.
CREATE TABLE counters (counter BIGINT PRIMARY KEY, number BIGINT NOT NULL);
INSERT INTO counters VALUES (1, 0);
CREATE TABLE burnt (account BIGINT, expires BIGINT, fingerprint BIGINT, PRIMARY KEY (account, expires, fingerprint));
CREATE TABLE named (account BIGINT, id BIGINT, name TEXT COLLATE "C", shown TEXT COLLATE "C", since BIGINT, PRIMARY KEY (account, id));
CREATE UNIQUE INDEX named_name ON named (account, name);
CREATE TABLE listed (account BIGINT, kind BIGINT, day BIGINT, id BIGINT, PRIMARY KEY (account, kind, day, id));
CREATE TABLE told (account BIGINT, at BIGINT, place BIGINT, operation TEXT COLLATE "C", subjects TEXT COLLATE "C", PRIMARY KEY (account, at, place));
