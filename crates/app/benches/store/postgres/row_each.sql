-- A commit of one small row, another for each.
\set nonce random(1, 1000000000000000)
INSERT INTO burnt VALUES (1, 1, :nonce) ON CONFLICT DO NOTHING;
