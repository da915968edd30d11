"""The ramward program as a test starts and stops it: a process of its own on a free port of this machine."""

import json
import os
import selectors
import signal
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 30
STOP_SECONDS = 30

# Fixed, so that a second start on the same directory is called with the same key.
ACCOUNT_ID = "1234567890123456"
ROOT_KEY = ("LTAI5tRamwardClientTests", "ramwardClientTestsSecret012345")


def binary() -> Path:
    """RAMWARD_BIN, else the release build, else the debug build."""
    named = os.environ.get("RAMWARD_BIN")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    candidates = [Path(named)] if named else [target / "release/ramward", target / "debug/ramward"]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"no ramward program at {' or '.join(map(str, candidates))}: cargo build it first")


class Program:
    """`ramward serve` on a data directory, from its ready line to its clean end."""

    def __init__(self, data: Path, *flags: str):
        self.log = data.with_name(data.name + ".stderr")
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(data.parent),
            "RAMWARD_ACCOUNT_ID": ACCOUNT_ID,
            "RAMWARD_ROOT_ACCESS_KEY_ID": ROOT_KEY[0],
            "RAMWARD_ROOT_ACCESS_KEY_SECRET": ROOT_KEY[1],
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [binary(), "serve", "--listen", "127.0.0.1:0", "--data", data, "--output", "json", *flags],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        try:
            ready = json.loads(self._first_line())
        except Exception:
            self.process.kill()
            self.process.wait()
            raise
        self.endpoint: str = ready["Endpoint"]
        self.account_id: str = ready["AccountId"]
        self.proxy = ready.get("Proxy")
        self.ca_file = ready.get("CaFile")
        self.host = self.endpoint.removeprefix("http://")
        assert self.host.startswith("127.0.0.1:"), ready
        assert self.account_id == ACCOUNT_ID, ready

    def _first_line(self) -> bytes:
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(START_SECONDS):
                raise TimeoutError(f"no ready line within {START_SECONDS} s; its log:\n{self.log.read_text()}")
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"ramward ended before its ready line; its log:\n{self.log.read_text()}")
        return line

    def stop(self) -> None:
        """SIGTERM, and the end must be clean."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process.stdout.close()
        assert code == 0, f"ramward ended with {code} after SIGTERM; its log:\n{self.log.read_text()}"
