-- What an import is compared with: the same rows into the same tables and indexes, and nothing else.
-- One statement to a paragraph; the first two paragraphs are run once, the others are prepared.
PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -32768;

BEGIN IMMEDIATE;

INSERT INTO users (account, user_id, user_name, display_name, comments, email, mobile_phone, status, provision_type,
    create_date, update_date) VALUES (?1, ?2, ?3, ?4, '', ?5, '', 'active', 'Manual', ?6, ?6)

INSERT INTO access_key_owners (access_key_id, account, user_id) VALUES (?1, ?2, ?3)

INSERT INTO access_keys (account, user_id, access_key_id, sealed_secret, status, create_date, update_date, last_used_date)
    VALUES (?1, ?2, ?3, ?4, 'Active', ?5, ?5, ?6)

INSERT INTO report_subjects (account, kind, day, user_id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING
