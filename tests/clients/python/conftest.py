"""Fixtures: the program, one for all tests or a fresh one, and each client on it."""

import os

# Before any client is imported: never ask the metadata service of a cloud, never go through a proxy, and take
# no key from the environment of whoever runs this.
for name in list(os.environ):
    if name.upper().startswith(("ALIBABA_CLOUD_", "ALIYUN_")) or name.lower() in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ):
        del os.environ[name]
os.environ["ALIBABA_CLOUD_ECS_METADATA_DISABLED"] = "true"

import pytest  # noqa: E402
from clients import CLIENTS  # noqa: E402
from program import ROOT_KEY, Program  # noqa: E402


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One program for every test that does not care what else is in the account."""
    program = Program(tmp_path_factory.mktemp("shared") / "data")
    yield program
    program.stop()


@pytest.fixture
def fresh(tmp_path):
    """A program with nothing in it but the account and its root key."""
    program = Program(tmp_path / "data")
    yield program
    program.stop()


@pytest.fixture(params=CLIENTS, ids=lambda kind: kind.name)
def kind(request):
    """Each client class in turn."""
    return request.param


@pytest.fixture
def root(kind, server):
    """The client as root on the shared program."""
    return kind(server.host, ROOT_KEY)
