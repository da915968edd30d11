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
