"""ScoutSuite 5.14.0 on the account, with the AccessKey of a RAM user that may only read."""

import json

from account import ACCOUNT_ID, FACTS, GROUPS, POLICIES, ROLES, SCANNER, Verdict
from program import tool
from record import record

IDLE = "it may log on without a device and never has; the tool takes only who logged on once for a user of the console"
# rule -> the users or settings it flags, each with what is true.
PASSWORD_RULES = {
    "ram-password-policy-expiration-threshold": False,
    "ram-password-policy-minimum-length": False,
    "ram-password-policy-no-expiration": False,
    "ram-password-policy-no-lowercase-required": False,
    "ram-password-policy-no-number-required": False,
    "ram-password-policy-no-symbol-required": True,
    "ram-password-policy-no-uppercase-required": False,
    "ram-password-policy-reuse-enabled": False,
}


def users() -> list:
    """What it says of each user: flagged or not, by both of its rules about users."""
    verdicts = []
    for fact in FACTS:
        rule = "ram-user-lacking-mfa"
        flagged = fact.login is not None and not fact.device
        true = fact.console and not fact.device
        says, truth = ("flagged" if one else "not flagged" for one in (flagged, true))
        verdicts.append(Verdict(rule, fact.name, says, truth, "" if says == truth else IDLE))
        says = "flagged" if len(fact.keys) > 1 else "not flagged"
        verdicts.append(Verdict("ram-user-with-multiple-api-keys", fact.name, says))
    return verdicts


def test_verdicts(program):
    mark = program.mark()
    folder = program.home / "scoutsuite"
    command = [tool("scoutsuite", "scout"), "aliyun", "--access-keys", "--access-key-id", SCANNER.id,
               "--access-key-secret", SCANNER.secret, "--services", "ram", "--no-browser",
               "--report-dir", folder, "--report-name", "found", "--timestamp", "now"]  # fmt: skip
    done = program.run(command, SCANNER)
    assert done.returncode in (0, 200), done.stdout + done.stderr
    asked = program.asked(mark)
    results = next(folder.glob("scoutsuite-results/scoutsuite_results_*.js")).read_text()
    report = json.loads(results.split("\n", 1)[1])
    assert report["account_id"] == ACCOUNT_ID
    ram = report["services"]["ram"]

    expected = users() + [
        Verdict(rule, "password policy", "flagged" if flagged else "not flagged")
        for rule, flagged in PASSWORD_RULES.items()
    ]
    said = {}
    for verdict in expected:
        items = ram["findings"][verdict.check]["items"]
        part = verdict.subject if verdict.subject != "password policy" else "password_policy"
        said[verdict.check, verdict.subject] = "flagged" if any(part in item for item in items) else "not flagged"
    assert said == {(verdict.check, verdict.subject): verdict.says for verdict in expected}

    # It walked everything, not only what its rules look at.
    assert set(ram["users"]) == {fact.name for fact in FACTS}
    assert {name: user["mfa_status"] for name, user in ram["users"].items()} == {f.name: f.device for f in FACTS}
    assert set(ram["groups"]) == set(GROUPS)
    assert [user["name"] for user in ram["groups"]["admins"]["users"]] == ["alice"]
    assert set(ram["roles"]) == set(ROLES)
    attached = {policy for fact in FACTS for policy in fact.policies}
    attached |= {policy for part in (GROUPS, ROLES) for policies in part.values() for policy in policies}
    assert set(ram["policies"]) == attached
    for name, text in POLICIES.items():
        if name in attached:
            assert ram["policies"][name]["policy_document"]["PolicyDocument"] == json.loads(text)
    record("scoutsuite", "ScoutSuite 5.14.0", asked, expected)
