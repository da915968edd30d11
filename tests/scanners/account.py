"""The account that the tools look at, its facts as plain data, and how it is made.

What has a date comes from a state file; groups, roles and policies are made through the API, as people make them.
Every judgement that a test expects of a tool can be checked against FACTS.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Optional

from program import Key, Program

ACCOUNT_ID = "1234567890123456"
ALIAS = "acme"
ROOT = Key("LTAI5tScannersRootKey001", "scannersRootSecretForTests0001")
SCANNER = Key("LTAI5tScannersReadOnly01", "scannersReadSecretForTests0001")
ROLE = "auditor"
ROLE_ARN = f"acs:ram::{ACCOUNT_ID}:role/{ROLE}"

PASSWORD_POLICY = {
    "MinimumPasswordLength": 12,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "RequireNumbers": True,
    "RequireSymbols": False,
    "HardExpire": False,
    "MaxPasswordAge": 90,
    "PasswordReusePrevention": 3,
    "MaxLoginAttemps": 10,
}


@dataclass(frozen=True)
class KeyFact:
    """An AccessKey: its id, its age, how long ago it was used."""

    id: str
    age: int
    used: Optional[int] = None
    active: bool = True
    secret: Optional[str] = None


@dataclass(frozen=True)
class UserFact:
    """A RAM user: ages in days, `login` the days since the last console logon."""

    name: str
    age: int
    console: bool = False
    login: Optional[int] = None
    device: bool = False
    must_bind: bool = False
    keys: tuple = ()
    policies: tuple = ()
    groups: tuple = ()


FACTS = [
    UserFact("alice", 400, console=True, login=3, device=True, must_bind=True,
             keys=(KeyFact("LTAI5tAliceKey0000000001", 20, used=1),), groups=("admins",)),
    UserFact("bob", 500, console=True, login=200,
             keys=(KeyFact("LTAI5tBobKey000000000001", 200, used=150),), policies=("deploy-logs",)),
    UserFact("carol", 120, console=True, device=True),
    UserFact("dave", 300, keys=(KeyFact("LTAI5tDaveKey00000000001", 300, active=False),
                                KeyFact("LTAI5tDaveKey00000000002", 10, used=2))),
    UserFact("erin", 60, console=True, login=10, must_bind=True),
    UserFact("frank", 120, console=True),
    UserFact("scanner", 30, keys=(KeyFact(SCANNER.id, 5, secret=SCANNER.secret),),
             policies=("ReadOnlyAccess", "AliyunSTSAssumeRoleAccess")),
]  # fmt: skip


def document(*statements: dict) -> str:
    """The text of a policy."""
    return json.dumps({"Version": "1", "Statement": list(statements)})


EVERYTHING = document({"Effect": "Allow", "Action": "*", "Resource": "*"})

# name -> document
POLICIES = {
    # A full one in use, one spelled by service and name, one harmless, and a full one that nobody has.
    "everything": EVERYTHING,
    "everything-by-name": document({"Effect": "Allow", "Action": "*:*", "Resource": "*"}),
    "deploy-logs": document(
        {"Effect": "Allow", "Action": ["log:Get*", "log:Post*"], "Resource": "acs:log:*:*:project/deploys/*"}
    ),
    "everything-unused": EVERYTHING,
}
GROUPS = {"admins": ("everything", "everything-by-name"), "empty": ()}
ROLES = {ROLE: ("AliyunRAMReadOnlyAccess",), "ecs-worker": ()}
SYSTEM = ("AdministratorAccess", "ReadOnlyAccess", "AliyunRAMReadOnlyAccess", "AliyunSTSAssumeRoleAccess")


def state() -> dict:
    """The state file: everything that has an age."""
    now = datetime.now(timezone.utc)

    def ago(days: int) -> str:
        return (now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def key(fact: KeyFact) -> dict:
        record = {
            "AccessKeyId": fact.id,
            "CreateDate": ago(fact.age),
            "Status": "Active" if fact.active else "Inactive",
        }
        if fact.secret:
            record["AccessKeySecret"] = fact.secret
        if fact.used is not None:
            record["LastUsedDate"] = ago(fact.used)
            record["LastUsedService"] = "Ecs"
        return record

    def user(fact: UserFact) -> dict:
        record = {
            "UserName": fact.name,
            "DisplayName": fact.name.capitalize(),
            "CreateDate": ago(fact.age),
            "AccessKeys": [key(one) for one in fact.keys],
        }
        if fact.console:
            record["LoginProfile"] = {"MFABindRequired": fact.must_bind, "CreateDate": ago(fact.age)}
        if fact.login is not None:
            record["LastLoginDate"] = record["LoginProfile"]["LastLoginTime"] = ago(fact.login)
        if fact.device:
            record["MFADevice"] = {"SerialNumber": fact.name, "CreateDate": ago(fact.age)}
        return record

    root = {"AccessKeyId": ROOT.id, "AccessKeySecret": ROOT.secret, "CreateDate": ago(30)}
    return {
        "Accounts": [
            {
                "AccountId": ACCOUNT_ID,
                "AccountAlias": ALIAS,
                "CreateDate": ago(1000),
                "RootMFA": True,
                "RootAccessKeys": [root],
                "PasswordPolicy": PASSWORD_POLICY,
                "Users": [user(fact) for fact in FACTS],
            }
        ]
    }


def attach(program: Program, policy: str, to: str, name: str) -> None:
    """Attaches a policy to a user, a group or a role."""
    program.call(
        ROOT,
        f"AttachPolicyTo{to}",
        PolicyType="System" if policy in SYSTEM else "Custom",
        PolicyName=policy,
        **{f"{to}Name": name},
    )


def trusting() -> str:
    """The trust policy of a role that the account's own identities may assume."""
    principal = {"RAM": [f"acs:ram::{ACCOUNT_ID}:root"]}
    return document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal})


def make_role(program: Program, name: str, trust: str, *policies: str) -> None:
    """Makes a role and attaches its policies."""
    program.call(ROOT, "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust)
    for policy in policies:
        attach(program, policy, "Role", name)


def furnish(program: Program) -> None:
    """What has no age: groups, policies, roles, and who has what."""
    for name, text in POLICIES.items():
        program.call(ROOT, "CreatePolicy", PolicyName=name, PolicyDocument=text)
    for name, policies in GROUPS.items():
        program.call(ROOT, "CreateGroup", GroupName=name, Comments=f"the {name}", version="2015-05-01")
        for policy in policies:
            attach(program, policy, "Group", name)
    machines = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": ["ecs.aliyuncs.com"]}})
    make_role(program, ROLE, trusting(), *ROLES[ROLE])
    make_role(program, "ecs-worker", machines, *ROLES["ecs-worker"])
    for fact in FACTS:
        for policy in fact.policies:
            attach(program, policy, "User", fact.name)
        for group in fact.groups:
            program.call(ROOT, "AddUserToGroup", UserName=fact.name, GroupName=group, version="2015-05-01")


@dataclass
class Verdict:
    """What a tool says of a subject, what is true, and why the two differ where they do."""

    check: str
    subject: str
    says: str
    truth: Optional[str] = None
    why: str = ""

    def __post_init__(self):
        self.truth = self.truth or self.says
        assert (self.says == self.truth) == (not self.why), f"{self.check} {self.subject}: say why, or do not"
