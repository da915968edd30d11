"""The Ansible modules for RAM: a whole playbook makes, changes nothing the second time, changes, and takes away."""

import json
import re
from pathlib import Path

import account
import pytest
from account import ACCOUNT_ID, ROOT, SCANNER
from program import TOOLS, tool
from record import record

PLAYBOOKS = Path(__file__).parent / "playbooks"
MODULES = TOOLS / "ansible-modules" / "ansible"
RECAP = re.compile(r"^localhost +: ok=(\d+) +changed=(\d+) +unreachable=0 +failed=0 ", re.MULTILINE)
ASSUMED = "playbook"


@pytest.fixture(scope="module")
def play(program):
    """Runs a playbook; how many tasks were ok, and how many changed something."""
    account.make_role(program, ASSUMED, account.trusting(), "AdministratorAccess")
    variables = {
        "ansible_python_interpreter": str(tool("ansible", "python")),
        "password": "Playbook-Passw0rd!",
        "assumer_id": SCANNER.id,
        "assumer_secret": SCANNER.secret,
        "assumed_role": f"acs:ram::{ACCOUNT_ID}:role/{ASSUMED}",
        # Said outright where things are made; where they are taken away it is not, and the modules send `{}`.
        "session_policy": account.EVERYTHING,
    }

    def run(name: str) -> tuple:
        command = [tool("ansible", "ansible-playbook"), "-i", "localhost,", "-c", "local",
                   "-e", json.dumps(variables), PLAYBOOKS / f"{name}.yml"]  # fmt: skip
        done = program.run(
            command,
            ROOT,
            extra={
                "ANSIBLE_LIBRARY": str(MODULES / "modules/cloud/alicloud"),
                "ANSIBLE_MODULE_UTILS": str(MODULES / "module_utils"),
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_LOCALHOST_WARNING": "0",
                "ALICLOUD_ACCESS_KEY": ROOT.id,
                "ALICLOUD_SECRET_KEY": ROOT.secret,
                "ALICLOUD_REGION": "cn-hangzhou",
            },
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        recap = RECAP.search(done.stdout)
        assert recap, said
        return int(recap[1]), int(recap[2])

    return run


def test_a_playbook_from_nothing_to_nothing(program, play):
    mark = program.mark()
    assert play("present")[1] == 10
    assert play("present")[1] == 0, "the second run changes nothing"
    assert play("look")[1] == 0
    assert play("changed")[1] == 5
    assert play("absent")[1] == 10
    names = [user["UserName"] for user in program.call(ROOT, "ListUsers", version="2015-05-01")["Users"]["User"]]
    assert sorted(names) == sorted(fact.name for fact in account.FACTS)
    record("ansible", "Ansible alicloud 1.20.0", program.asked(mark))
