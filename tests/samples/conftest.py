"""The server that samples call, with a user and a role in it."""

import json
import subprocess

import pytest
from samples import ACCOUNT_ID, Program, call, environment

IMS, RAM = "2019-08-15", "2015-05-01"
ALICE = f"alice@{ACCOUNT_ID}.onaliyun.com"
TRUST = {
    "Version": "1",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [f"acs:ram::{ACCOUNT_ID}:root"]}}
    ],
}


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("server")
    program = Program(home / "data")

    def done(version: str, name: str, *parameters) -> None:
        command = call(version, name, list(parameters), "--endpoint", program.endpoint)
        subprocess.run(command, env=environment(home), check=True, capture_output=True)

    done(IMS, "CreateUser", ("UserPrincipalName", ALICE), ("DisplayName", "Alice"))
    done(IMS, "CreateUser", ("UserPrincipalName", ALICE.replace("alice", "bob")), ("DisplayName", "Bob"))
    done(IMS, "CreateLoginProfile", ("UserPrincipalName", ALICE), ("Password", "First-Passw0rd-1"))
    done(RAM, "CreateRole", ("RoleName", "reader"), ("AssumeRolePolicyDocument", json.dumps(TRUST)))
    yield program
    program.stop()
