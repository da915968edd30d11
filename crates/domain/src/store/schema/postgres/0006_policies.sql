-- Groups, custom policies and roles, and to whom which policy is attached. System policies are the program's own data.

-- RAM users with a policy attached to them directly.
ALTER TABLE accounts ADD COLUMN users_with_policies BIGINT NOT NULL DEFAULT 0 CHECK (users_with_policies >= 0);

CREATE TABLE groups (
    account      BIGINT NOT NULL,
    group_id     BIGINT NOT NULL,
    group_name   TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    comments     TEXT COLLATE "C" NOT NULL,
    create_date  BIGINT NOT NULL,
    update_date  BIGINT NOT NULL,
    PRIMARY KEY (account, group_id)
);
CREATE UNIQUE INDEX groups_by_name ON groups (account, group_name);

CREATE TABLE group_members (
    account   BIGINT NOT NULL,
    group_id  BIGINT NOT NULL,
    user_id   BIGINT NOT NULL,
    join_date BIGINT NOT NULL,
    PRIMARY KEY (account, group_id, user_id)
);
CREATE INDEX group_members_by_user ON group_members (account, user_id, group_id);

-- full_access: the default version allows every action on every resource. last_version: no number is given twice.
CREATE TABLE policies (
    account         BIGINT NOT NULL,
    policy_name     TEXT COLLATE "C" NOT NULL,
    description     TEXT COLLATE "C" NOT NULL,
    default_version BIGINT NOT NULL,
    last_version    BIGINT NOT NULL,
    full_access     BIGINT NOT NULL CHECK (full_access IN (0, 1)),
    create_date     BIGINT NOT NULL,
    update_date     BIGINT NOT NULL,
    PRIMARY KEY (account, policy_name)
);
CREATE INDEX policies_full_access ON policies (account, policy_name) WHERE full_access = 1;

CREATE TABLE policy_versions (
    account     BIGINT NOT NULL,
    policy_name TEXT COLLATE "C" NOT NULL,
    version     BIGINT NOT NULL,
    document    TEXT COLLATE "C" NOT NULL,
    create_date BIGINT NOT NULL,
    PRIMARY KEY (account, policy_name, version)
);

CREATE TABLE policy_attachments (
    account        BIGINT NOT NULL,
    principal_type TEXT COLLATE "C" NOT NULL CHECK (principal_type IN ('User', 'Group', 'Role')),
    principal_id   BIGINT NOT NULL,
    policy_type    TEXT COLLATE "C" NOT NULL CHECK (policy_type IN ('System', 'Custom')),
    policy_name    TEXT COLLATE "C" NOT NULL,
    attach_date    BIGINT NOT NULL,
    PRIMARY KEY (account, principal_type, principal_id, policy_type, policy_name)
);
CREATE INDEX policy_attachments_by_policy
    ON policy_attachments (account, policy_type, policy_name, principal_type, principal_id);

-- How often a policy is attached; no row where it is not.
CREATE TABLE policy_uses (
    account     BIGINT NOT NULL,
    policy_type TEXT COLLATE "C" NOT NULL CHECK (policy_type IN ('System', 'Custom')),
    policy_name TEXT COLLATE "C" NOT NULL,
    attachments BIGINT NOT NULL CHECK (attachments >= 0),
    PRIMARY KEY (account, policy_type, policy_name)
);

-- service_name: the service that a service-linked role belongs to.
CREATE TABLE roles (
    account              BIGINT NOT NULL,
    role_id              BIGINT NOT NULL,
    role_name            TEXT COLLATE "C" NOT NULL,
    description          TEXT COLLATE "C" NOT NULL,
    trust_policy         TEXT COLLATE "C" NOT NULL,
    max_session_duration BIGINT NOT NULL,
    allow_console_login  BIGINT NOT NULL CHECK (allow_console_login IN (0, 1)),
    create_date          BIGINT NOT NULL,
    update_date          BIGINT NOT NULL,
    service_name         TEXT COLLATE "C",
    PRIMARY KEY (account, role_id)
);
CREATE UNIQUE INDEX roles_by_name ON roles (account, role_name);

-- Of policies and roles, which are known by their names; users have user_tags.
CREATE TABLE tags (
    account       BIGINT NOT NULL,
    resource_type TEXT COLLATE "C" NOT NULL CHECK (resource_type IN ('policy', 'role')),
    resource_id   TEXT COLLATE "C" NOT NULL,
    tag_key       TEXT COLLATE "C" NOT NULL,
    tag_value     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, resource_type, resource_id, tag_key)
);
CREATE INDEX tags_by_key ON tags (account, resource_type, tag_key, resource_id);
CREATE INDEX tags_by_value ON tags (account, resource_type, tag_key, tag_value, resource_id);
