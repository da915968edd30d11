-- Identity providers whose tokens can begin a role's session. key_set: the provider's public keys, once they are registered.
CREATE TABLE oidc_providers (
    account              BIGINT NOT NULL,
    provider_name        TEXT COLLATE "C" NOT NULL,
    description          TEXT COLLATE "C" NOT NULL,
    issuer_url           TEXT COLLATE "C" NOT NULL,
    client_ids           TEXT COLLATE "C" NOT NULL,
    fingerprints         TEXT COLLATE "C" NOT NULL,
    issuance_limit_hours BIGINT NOT NULL CHECK (issuance_limit_hours BETWEEN 1 AND 168),
    key_set              TEXT COLLATE "C",
    create_date          BIGINT NOT NULL,
    update_date          BIGINT NOT NULL,
    PRIMARY KEY (account, provider_name)
);
CREATE UNIQUE INDEX oidc_providers_by_issuer ON oidc_providers (account, issuer_url);

CREATE TABLE saml_providers (
    account           BIGINT NOT NULL,
    provider_name     TEXT COLLATE "C" NOT NULL,
    description       TEXT COLLATE "C" NOT NULL,
    metadata_document TEXT COLLATE "C" NOT NULL,
    authn_sign_algo   TEXT COLLATE "C" NOT NULL,
    create_date       BIGINT NOT NULL,
    update_date       BIGINT NOT NULL,
    PRIMARY KEY (account, provider_name)
);

-- Assertions that began a session, until they are good no longer.
CREATE TABLE saml_assertions (
    account     BIGINT NOT NULL,
    fingerprint BYTEA    NOT NULL,
    ends        BIGINT NOT NULL,
    PRIMARY KEY (account, fingerprint)
);
CREATE INDEX saml_assertions_by_end ON saml_assertions (account, ends);
