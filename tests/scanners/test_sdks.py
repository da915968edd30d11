"""The vendor's SDKs, two generations in two languages, with the vendor's own host names, through `ramward exec`."""

import json
from pathlib import Path

import pytest
from account import ACCOUNT_ID, FACTS, ROLE, ROLE_ARN, ROOT, SCANNER
from program import ROOT as REPOSITORY
from program import tool
from record import record

PROGRAMS = Path(__file__).parent / "programs"
USERS = sorted(fact.name for fact in FACTS)
# name -> title, program, whether it needs a network of its own (it trusts a proxy by its own list of CAs only, or reads
# no proxy variable), whether it keeps the sealed detail of a refusal
CLIENTS = {
    "python-new": ("Python SDKs: ram20150501 1.3.0, ims20190815 3.5.0, sts20150401 1.2.0, credentials 1.0.12",
                   "new.py", True, True),
    "python-old": ("Python SDKs: sdk-core 2.16.1, sdk-ram 3.3.1, sdk-sts 3.1.3", "old.py", False, False),
    "node-new": ("Node SDKs: ram20150501 1.2.1, ims20190815 2.3.2, sts20150401 1.2.0, credentials 2.4.7",
                 "new.js", True, True),
    "node-old": ("Node SDKs: pop-core 1.8.0, ram 1.0.0, sts-sdk 1.0.2", "old.js", True, True),
}  # fmt: skip


def command(file: str) -> list:
    """How a program is started; Node finds its packages beside the lock file."""
    if file.endswith(".py"):
        return [tool("sdks", "python"), PROGRAMS / file]
    return ["node", PROGRAMS / file]


def session(role_session: str) -> str:
    return f"acs:ram::{ACCOUNT_ID}:assumed-role/{ROLE}/{role_session}"


@pytest.mark.parametrize("client", CLIENTS)
def test_a_day_with_an_sdk(program, client):
    title, file, isolated, detailed = CLIENTS[client]
    mark = program.mark()
    done = program.run([*command(file), ACCOUNT_ID, ROLE_ARN], ROOT, isolated=isolated)
    assert done.returncode == 0, done.stdout + done.stderr
    refused = ["NoPermission", 403, *([True] if detailed else [])]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "identity": [ACCOUNT_ID, "Account"],
        "report": len(FACTS),
        "users": USERS,
        "created": "SDK",
        "groups": ["sdk-user"],
        "refused": refused,
        "assumed": f"{ROLE_ARN}/by-hand",
        "session": session("by-hand"),
        "library": len(FACTS) + 1,
        "library_report": len(FACTS) + 1,
        "session_refused": refused,
        "left": USERS,
    }
    record(client, title, program.asked(mark))


def test_a_rust_crate_that_is_not_ours(program):
    mark = program.mark()
    binary = REPOSITORY / "target" / "scanners" / "rust" / "debug" / "sts"
    user = {"USER_ACCESS_KEY_ID": SCANNER.id, "USER_ACCESS_KEY_SECRET": SCANNER.secret}
    done = program.run([binary, program.endpoint, ROLE_ARN], ROOT, extra=user)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == {
        "identity": [ACCOUNT_ID, "Account"],
        "root_refused": "NoPermission",
        "assumed": f"{ROLE_ARN}/rust",
        "expired": False,
    }
    record("rust", "Rust crate rs-ali-sts 0.1.3", program.asked(mark))
