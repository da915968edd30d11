"""prowler 5.46.0 on the account: fourteen checks, with the root AccessKey and through a role."""

import json

import account
import pytest
from account import FACTS, ROLE_ARN, ROOT, SCANNER, Verdict
from program import cas, tool
from record import record

# Fixed hosts, and certificates of a bundle of its own: no variable leads it elsewhere.
COMMAND = ["alibabacloud", "--service", "ram", "--no-banner", "--no-color", "--log-level", "ERROR",
           "--output-formats", "json-ocsf", "--ignore-exit-code-3"]  # fmt: skip
VERDICTS = {"PASS": "PASS", "FAIL": "FAIL", "MANUAL": "MANUAL"}

POLICY = f"{account.ACCOUNT_ID}-password-policy"
# What prowler says of the account's password policy.
PASSWORD = [
    Verdict("ram_password_policy_uppercase", POLICY, "PASS"),
    Verdict("ram_password_policy_lowercase", POLICY, "PASS"),
    Verdict("ram_password_policy_number", POLICY, "PASS"),
    Verdict("ram_password_policy_symbol", POLICY, "FAIL"),
    Verdict("ram_password_policy_minimum_length", POLICY, "FAIL"),
    Verdict("ram_password_policy_max_password_age", POLICY, "FAIL"),
    Verdict("ram_password_policy_password_reuse_prevention", POLICY, "FAIL"),
    Verdict("ram_password_policy_max_login_attempts", POLICY, "PASS", "FAIL",
            "ten attempts are allowed and the benchmark asks for at most five; the tool takes more for better"),
]  # fmt: skip
POLICIES = [
    Verdict("ram_policy_no_administrative_privileges", "everything", "FAIL"),
    Verdict("ram_policy_no_administrative_privileges", "everything-by-name", "PASS", "FAIL",
            "`*:*` allows every action of every service; the tool knows only `*`"),
    Verdict("ram_policy_no_administrative_privileges", "deploy-logs", "PASS"),
]  # fmt: skip
DIRECT = [
    Verdict("ram_policy_attached_only_to_group_or_roles", fact.name, "FAIL" if fact.policies else "PASS")
    for fact in FACTS
]
ROTATED = [
    Verdict("ram_rotate_access_key_90_days", key.id, "FAIL" if key.age > 90 else "PASS")
    for fact in FACTS
    for key in fact.keys
    if key.active
]
NO_LOGON = "it logged on lately; the tool looks for a time of logon that RAM's GetLoginProfile does not have"


def unused(fact) -> Verdict:
    """The tool finds no logon of anybody, so whoever may log on is taken for idle."""
    check = "ram_user_console_access_unused"
    if not fact.console:
        return Verdict(check, fact.name, "PASS")
    if fact.login is not None and fact.login <= 90:
        return Verdict(check, fact.name, "FAIL", "PASS", NO_LOGON)
    return Verdict(check, fact.name, "FAIL")


def second_factor(fact) -> Verdict:
    """The tool looks at the duty to bind a device, not at the device."""
    check = "ram_user_mfa_enabled_console_access"
    says, truth = ("PASS" if fact.must_bind else "FAIL"), ("PASS" if fact.device else "FAIL")
    if says == truth:
        return Verdict(check, fact.name, says)
    why = "a device is bound" if fact.device else "it must bind a device and has bound none"
    return Verdict(check, fact.name, says, truth, f"{why}; the tool looks at the duty only")


USERS = [unused(fact) for fact in FACTS] + [second_factor(fact) for fact in FACTS if fact.console]
COMMON = PASSWORD + POLICIES + DIRECT + ROTATED + USERS
ROOT_KEYS = "ram_no_root_access_key"


def findings(program, home_name: str, key, extra=None) -> dict:
    """A run of the tool: each (check, subject) with its verdict."""
    folder = program.home / home_name
    done = program.run(
        [tool("prowler", "prowler"), *COMMAND, "--output-directory", folder, "--output-filename", "found"],
        key,
        isolated=True,
        trusting=cas("prowler"),
        extra=extra,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = {}
    for entry in json.loads((folder / "found.ocsf.json").read_text()):
        for resource in entry["resources"]:
            at = entry["metadata"]["event_code"], resource["uid"].rsplit("/", 1)[-1]
            assert at not in found, at
            found[at] = VERDICTS[entry["status_code"]]
    return found


def subject(verdict: Verdict) -> tuple:
    """Where the tool's report has the verdict: by the last part of the resource's name."""
    if verdict.check == ROOT_KEYS:
        return verdict.check, f"acs:ram::{account.ACCOUNT_ID}:root"
    if verdict.subject == POLICY:
        return verdict.check, f"acs:ram::{account.ACCOUNT_ID}:password-policy"
    return verdict.check, verdict.subject


RUNS = {
    "prowler-key": (
        "prowler 5.46.0, root AccessKey",
        ROOT,
        {},
        [*COMMON, Verdict(ROOT_KEYS, "root", "FAIL")],
    ),
    "prowler-role": (
        "prowler 5.46.0, RAM role",
        SCANNER,
        {"ALIBABA_CLOUD_ROLE_ARN": ROLE_ARN, "ALIBABA_CLOUD_ROLE_SESSION_NAME": "prowler"},
        [*COMMON, Verdict(ROOT_KEYS, "root", "MANUAL", "FAIL",
                          "root has a key; the tool asks for root's list of keys, which only root may see")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("client", RUNS)
def test_verdicts(program, client):
    title, key, extra, expected = RUNS[client]
    mark = program.mark()
    found = findings(program, client, key, extra)
    asked = program.asked(mark)
    assert found == {subject(verdict): verdict.says for verdict in expected}
    assert len({check for check, _ in found}) == 14
    assert ("Sts AssumeRole" in asked) == (client == "prowler-role")
    record(client, title, asked, expected)
