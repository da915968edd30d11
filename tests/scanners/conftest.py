"""The account under test on a program of its own, furnished once for a file of tests."""

import account
import pytest
from program import Program


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The program with the furnished account; each file of tests has its own."""
    running = Program(tmp_path_factory.mktemp("ramward"), account.state())
    account.furnish(running)
    yield running
    running.stop()
