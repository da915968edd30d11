-- Groups, custom policies and roles, and to whom which policy is attached. System policies are the program's own data.

-- RAM users with a policy attached to them directly.
ALTER TABLE accounts ADD COLUMN users_with_policies INTEGER NOT NULL DEFAULT 0 CHECK (users_with_policies >= 0);

CREATE TABLE groups (
    account      INTEGER NOT NULL,
    group_id     INTEGER NOT NULL,
    group_name   TEXT    NOT NULL,
    display_name TEXT    NOT NULL,
    comments     TEXT    NOT NULL,
    create_date  INTEGER NOT NULL,
    update_date  INTEGER NOT NULL,
    PRIMARY KEY (account, group_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX groups_by_name ON groups (account, group_name);

CREATE TABLE group_members (
    account   INTEGER NOT NULL,
    group_id  INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    join_date INTEGER NOT NULL,
    PRIMARY KEY (account, group_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_by_user ON group_members (account, user_id, group_id);

-- full_access: the default version allows every action on every resource. last_version: no number is given twice.
CREATE TABLE policies (
    account         INTEGER NOT NULL,
    policy_name     TEXT    NOT NULL,
    description     TEXT    NOT NULL,
    default_version INTEGER NOT NULL,
    last_version    INTEGER NOT NULL,
    full_access     INTEGER NOT NULL CHECK (full_access IN (0, 1)),
    create_date     INTEGER NOT NULL,
    update_date     INTEGER NOT NULL,
    PRIMARY KEY (account, policy_name)
) STRICT, WITHOUT ROWID;
CREATE INDEX policies_full_access ON policies (account, policy_name) WHERE full_access = 1;

CREATE TABLE policy_versions (
    account     INTEGER NOT NULL,
    policy_name TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    document    TEXT    NOT NULL,
    create_date INTEGER NOT NULL,
    PRIMARY KEY (account, policy_name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE policy_attachments (
    account        INTEGER NOT NULL,
    principal_type TEXT    NOT NULL CHECK (principal_type IN ('User', 'Group', 'Role')),
    principal_id   INTEGER NOT NULL,
    policy_type    TEXT    NOT NULL CHECK (policy_type IN ('System', 'Custom')),
    policy_name    TEXT    NOT NULL,
    attach_date    INTEGER NOT NULL,
    PRIMARY KEY (account, principal_type, principal_id, policy_type, policy_name)
) STRICT, WITHOUT ROWID;
CREATE INDEX policy_attachments_by_policy
    ON policy_attachments (account, policy_type, policy_name, principal_type, principal_id);

-- How often a policy is attached; no row where it is not.
CREATE TABLE policy_uses (
    account     INTEGER NOT NULL,
    policy_type TEXT    NOT NULL CHECK (policy_type IN ('System', 'Custom')),
    policy_name TEXT    NOT NULL,
    attachments INTEGER NOT NULL CHECK (attachments >= 0),
    PRIMARY KEY (account, policy_type, policy_name)
) STRICT, WITHOUT ROWID;

-- service_name: the service that a service-linked role belongs to.
CREATE TABLE roles (
    account              INTEGER NOT NULL,
    role_id              INTEGER NOT NULL,
    role_name            TEXT    NOT NULL,
    description          TEXT    NOT NULL,
    trust_policy         TEXT    NOT NULL,
    max_session_duration INTEGER NOT NULL,
    allow_console_login  INTEGER NOT NULL CHECK (allow_console_login IN (0, 1)),
    create_date          INTEGER NOT NULL,
    update_date          INTEGER NOT NULL,
    service_name         TEXT,
    PRIMARY KEY (account, role_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX roles_by_name ON roles (account, role_name);

-- Of policies and roles, which are known by their names; users have user_tags.
CREATE TABLE tags (
    account       INTEGER NOT NULL,
    resource_type TEXT    NOT NULL CHECK (resource_type IN ('policy', 'role')),
    resource_id   TEXT    NOT NULL,
    tag_key       TEXT    NOT NULL,
    tag_value     TEXT    NOT NULL,
    PRIMARY KEY (account, resource_type, resource_id, tag_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_key ON tags (account, resource_type, tag_key, resource_id);
CREATE INDEX tags_by_value ON tags (account, resource_type, tag_key, tag_value, resource_id);
