-- A nonce is used once, whatever time its requests bear. The operator's are left out: under it stands what one node alone
-- had in memory when it ended, millions at times, and tells apart by itself.
DELETE FROM nonces AS older WHERE account <> 0 AND EXISTS (
    SELECT 1 FROM nonces AS newer
    WHERE newer.account = older.account AND newer.fingerprint = older.fingerprint AND newer.expires > older.expires
);
CREATE UNIQUE INDEX nonces_by_fingerprint ON nonces (account, fingerprint) WHERE account <> 0;
