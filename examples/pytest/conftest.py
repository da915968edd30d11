"""A Ramward server for pytest: one process for all tests, and every test begins with an account that is as new."""

import json
import os
import subprocess

import pytest

PROGRAM = os.environ.get("RAMWARD_BIN", "ramward")


@pytest.fixture(scope="session")
def ramward_server(tmp_path_factory):
    """What the server says when it is ready: Endpoint, AccountId, the AccessKeys of root and of the operator."""
    serve = [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--output", "json", "--log", "warn"]
    flags = ["--virtual-clock", "--fault-injection", "--data", tmp_path_factory.mktemp("ramward")]
    process = subprocess.Popen([*serve, *flags], stdout=subprocess.PIPE)
    yield json.loads(process.stdout.readline())
    process.terminate()
    process.wait()


@pytest.fixture
def operate(ramward_server):
    """Runs a command of the operator, such as `operate("clock", "advance", "91d")`, and gives what it prints."""
    environment = {
        **os.environ,
        "RAMWARD_ENDPOINT": ramward_server["Endpoint"],
        "ALIBABA_CLOUD_ACCESS_KEY_ID": ramward_server["OperatorAccessKeyId"],
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ramward_server["OperatorAccessKeySecret"],
    }
    return lambda *words: subprocess.check_output([PROGRAM, *words], env=environment, text=True)


@pytest.fixture
def ramward(ramward_server, operate):
    """The server, begun anew."""
    operate("fault", "delete")
    operate("reset", "--yes")
    return ramward_server
