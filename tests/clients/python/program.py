"""The server that the vendor's clients talk to: one account and its root key, always the same ones."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/served"))

from served import Served, binary  # noqa: E402

__all__ = ["ACCOUNT_ID", "ROOT", "ROOT_KEY", "Program", "binary"]

# Fixed, so that a second start on the same directory is called with the same key.
ACCOUNT_ID = "1234567890123456"
ROOT_KEY = ("LTAI5tRamwardClientTests", "ramwardClientTestsSecret012345")


class Program(Served):
    """A server on a data directory."""

    def __init__(self, data: Path, *flags: str):
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(data.parent),
            "RAMWARD_ACCOUNT_ID": ACCOUNT_ID,
            "RAMWARD_ROOT_ACCESS_KEY_ID": ROOT_KEY[0],
            "RAMWARD_ROOT_ACCESS_KEY_SECRET": ROOT_KEY[1],
        }
        super().__init__(data, data.with_name(data.name + ".stderr"), environment, list(flags))
        self.account_id: str = self.ready["AccountId"]
        self.proxy = self.ready.get("Proxy")
        self.ca_file = self.ready.get("CaFile")
        self.host = self.endpoint.removeprefix("http://")
        assert self.account_id == ACCOUNT_ID, self.ready
