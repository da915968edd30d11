-- What the audit checks count, filled from the rows that are there. An account that is being deleted has no numbers.
ALTER TABLE accounts ADD COLUMN console_users INTEGER NOT NULL DEFAULT 0 CHECK (console_users >= 0);
ALTER TABLE accounts ADD COLUMN console_users_without_mfa INTEGER NOT NULL DEFAULT 0 CHECK (console_users_without_mfa >= 0);
ALTER TABLE accounts ADD COLUMN console_users_with_keys INTEGER NOT NULL DEFAULT 0 CHECK (console_users_with_keys >= 0);
ALTER TABLE accounts ADD COLUMN users_with_two_keys INTEGER NOT NULL DEFAULT 0 CHECK (users_with_two_keys >= 0);
ALTER TABLE accounts ADD COLUMN never_used_keys INTEGER NOT NULL DEFAULT 0 CHECK (never_used_keys >= 0);
ALTER TABLE accounts ADD COLUMN never_used_root_keys INTEGER NOT NULL DEFAULT 0 CHECK (never_used_root_keys >= 0);

UPDATE accounts SET
    console_users = (SELECT COUNT(*) FROM login_profiles AS p
        WHERE p.account = accounts.account AND p.status = 'Active' AND p.user_id <> 0),
    console_users_without_mfa = (SELECT COUNT(*) FROM login_profiles AS p
        WHERE p.account = accounts.account AND p.status = 'Active' AND p.user_id <> 0
        AND NOT EXISTS (SELECT 1 FROM mfa_devices AS d WHERE d.account = p.account AND d.user_id = p.user_id)),
    console_users_with_keys = (SELECT COUNT(*) FROM login_profiles AS p
        WHERE p.account = accounts.account AND p.status = 'Active' AND p.user_id <> 0
        AND EXISTS (SELECT 1 FROM access_keys AS k
            WHERE k.account = p.account AND k.user_id = p.user_id AND k.status = 'Active')),
    users_with_two_keys = (SELECT COUNT(*) FROM (SELECT 1 FROM access_keys AS k
        WHERE k.account = accounts.account AND k.status = 'Active' AND k.user_id <> 0
        GROUP BY k.user_id HAVING COUNT(*) >= 2)),
    never_used_keys = (SELECT COUNT(*) FROM access_keys AS k
        WHERE k.account = accounts.account AND k.status = 'Active' AND k.last_used_date IS NULL),
    never_used_root_keys = (SELECT COUNT(*) FROM access_keys AS k
        WHERE k.account = accounts.account AND k.user_id = 0 AND k.status = 'Active' AND k.last_used_date IS NULL)
WHERE deleting = 0;

-- The base days of consoles (kind 6): the last logon, or the profile's creation where that is later. A day begins at
-- midnight also before 1970, where a division alone would round the wrong way.
INSERT INTO report_days (account, kind, day, n)
SELECT account, 6, (instant - ((instant % 86400) + 86400) % 86400) / 86400 AS day, COUNT(*)
FROM (SELECT p.account, max(p.create_date, COALESCE(p.last_login_date, p.create_date),
        COALESCE(u.last_login_date, p.create_date)) AS instant
    FROM login_profiles AS p
    JOIN accounts AS a ON a.account = p.account AND a.deleting = 0
    LEFT JOIN users AS u ON u.account = p.account AND u.user_id = p.user_id
    WHERE p.status = 'Active' AND p.user_id <> 0)
GROUP BY account, day;

-- Whom the report counts, by the day their finding is reckoned from: each page of findings is a range of the key. The
-- kinds are numbered in store/upkeep/marks.rs.
CREATE TABLE report_subjects (
    account INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    day     INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    PRIMARY KEY (account, kind, day, user_id)
) STRICT, WITHOUT ROWID;

-- Owners of Active keys, by creation.
INSERT INTO report_subjects (account, kind, day, user_id)
SELECT DISTINCT account, 0, (instant - ((instant % 86400) + 86400) % 86400) / 86400 AS day, user_id
FROM (SELECT k.account, k.user_id, k.create_date AS instant
    FROM access_keys AS k JOIN accounts AS a ON a.account = k.account AND a.deleting = 0
    WHERE k.status = 'Active')
ORDER BY account, day, user_id;

-- The same by last use.
INSERT INTO report_subjects (account, kind, day, user_id)
SELECT DISTINCT account, 1, (instant - ((instant % 86400) + 86400) % 86400) / 86400 AS day, user_id
FROM (SELECT k.account, k.user_id, max(k.create_date, COALESCE(k.last_used_date, k.create_date)) AS instant
    FROM access_keys AS k JOIN accounts AS a ON a.account = k.account AND a.deleting = 0
    WHERE k.status = 'Active')
ORDER BY account, day, user_id;

-- RAM users without an MFA device, by creation.
INSERT INTO report_subjects (account, kind, day, user_id)
SELECT DISTINCT account, 2, (instant - ((instant % 86400) + 86400) % 86400) / 86400 AS day, user_id
FROM (SELECT u.account, u.user_id, u.create_date AS instant
    FROM users AS u JOIN accounts AS a ON a.account = u.account AND a.deleting = 0
    WHERE NOT EXISTS (SELECT 1 FROM mfa_devices AS d WHERE d.account = u.account AND d.user_id = u.user_id))
ORDER BY account, day, user_id;

-- RAM users with a way into the console and no MFA device, by the creation of that way.
INSERT INTO report_subjects (account, kind, day, user_id)
SELECT DISTINCT account, 3, (instant - ((instant % 86400) + 86400) % 86400) / 86400 AS day, user_id
FROM (SELECT p.account, p.user_id, p.create_date AS instant
    FROM login_profiles AS p JOIN accounts AS a ON a.account = p.account AND a.deleting = 0
    WHERE p.status = 'Active' AND p.user_id <> 0 AND NOT EXISTS (SELECT 1 FROM mfa_devices AS d WHERE d.account = p.account AND d.user_id = p.user_id))
ORDER BY account, day, user_id;

-- RAM users with a way into the console, by its last use.
INSERT INTO report_subjects (account, kind, day, user_id)
SELECT DISTINCT account, 4, (instant - ((instant % 86400) + 86400) % 86400) / 86400 AS day, user_id
FROM (SELECT p.account, p.user_id, max(p.create_date, COALESCE(p.last_login_date, p.create_date),
        COALESCE(u.last_login_date, p.create_date)) AS instant
    FROM login_profiles AS p JOIN accounts AS a ON a.account = p.account AND a.deleting = 0
    LEFT JOIN users AS u ON u.account = p.account AND u.user_id = p.user_id
    WHERE p.status = 'Active' AND p.user_id <> 0)
ORDER BY account, day, user_id;

-- RAM users with two or more Active keys, by the creation of the second.
INSERT INTO report_subjects (account, kind, day, user_id)
SELECT DISTINCT account, 5, (instant - ((instant % 86400) + 86400) % 86400) / 86400 AS day, user_id
FROM (SELECT account, user_id, create_date AS instant
    FROM (SELECT k.account, k.user_id, k.create_date,
            ROW_NUMBER() OVER (PARTITION BY k.account, k.user_id ORDER BY k.create_date) AS place
        FROM access_keys AS k JOIN accounts AS a ON a.account = k.account AND a.deleting = 0
        WHERE k.status = 'Active' AND k.user_id <> 0)
    WHERE place = 2)
ORDER BY account, day, user_id;

-- Owners of Active keys that were never used, by creation.
INSERT INTO report_subjects (account, kind, day, user_id)
SELECT DISTINCT account, 6, (instant - ((instant % 86400) + 86400) % 86400) / 86400 AS day, user_id
FROM (SELECT k.account, k.user_id, k.create_date AS instant
    FROM access_keys AS k JOIN accounts AS a ON a.account = k.account AND a.deleting = 0
    WHERE k.status = 'Active' AND k.last_used_date IS NULL)
ORDER BY account, day, user_id;

-- RAM users with a way into the console and Active keys, by the later of the two creations.
INSERT INTO report_subjects (account, kind, day, user_id)
SELECT DISTINCT account, 7, (instant - ((instant % 86400) + 86400) % 86400) / 86400 AS day, user_id
FROM (SELECT p.account, p.user_id, max(p.create_date, (SELECT MIN(k.create_date) FROM access_keys AS k
        WHERE k.account = p.account AND k.user_id = p.user_id AND k.status = 'Active')) AS instant
    FROM login_profiles AS p JOIN accounts AS a ON a.account = p.account AND a.deleting = 0
    WHERE p.status = 'Active' AND p.user_id <> 0 AND EXISTS (SELECT 1 FROM access_keys AS k
        WHERE k.account = p.account AND k.user_id = p.user_id AND k.status = 'Active'))
ORDER BY account, day, user_id;
