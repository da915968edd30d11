-- Identity providers whose tokens can begin a role's session. key_set: the provider's public keys, once they are registered.
CREATE TABLE oidc_providers (
    account              INTEGER NOT NULL,
    provider_name        TEXT    NOT NULL,
    description          TEXT    NOT NULL,
    issuer_url           TEXT    NOT NULL,
    client_ids           TEXT    NOT NULL,
    fingerprints         TEXT    NOT NULL,
    issuance_limit_hours INTEGER NOT NULL CHECK (issuance_limit_hours BETWEEN 1 AND 168),
    key_set              TEXT,
    create_date          INTEGER NOT NULL,
    update_date          INTEGER NOT NULL,
    PRIMARY KEY (account, provider_name)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX oidc_providers_by_issuer ON oidc_providers (account, issuer_url);

CREATE TABLE saml_providers (
    account           INTEGER NOT NULL,
    provider_name     TEXT    NOT NULL,
    description       TEXT    NOT NULL,
    metadata_document TEXT    NOT NULL,
    authn_sign_algo   TEXT    NOT NULL,
    create_date       INTEGER NOT NULL,
    update_date       INTEGER NOT NULL,
    PRIMARY KEY (account, provider_name)
) STRICT, WITHOUT ROWID;

-- Assertions that began a session, until they are good no longer.
CREATE TABLE saml_assertions (
    account     INTEGER NOT NULL,
    fingerprint BLOB    NOT NULL,
    ends        INTEGER NOT NULL,
    PRIMARY KEY (account, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE INDEX saml_assertions_by_end ON saml_assertions (account, ends);
