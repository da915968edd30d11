-- The rows that a CreateUser writes, in a transaction of its own: all connections meet on the row of the account.
\set id random(1, 1000000000000000000)
BEGIN;
UPDATE counters SET number = number + 1 WHERE counter = 1;
INSERT INTO named VALUES (1, :id, 'user-' || :id, 'A user', 20000) ON CONFLICT DO NOTHING;
INSERT INTO listed VALUES (1, 2, 20000, :id) ON CONFLICT DO NOTHING;
INSERT INTO told VALUES (1, 20000, :id, 'CreateUser', '[{"Check":"users_mfa","UserName":"user"}]');
COMMIT;
