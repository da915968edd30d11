"""`ramward serve` as tests of every kind start and stop it: a process, from its ready line to its clean end."""

import hashlib
import json
import os
import selectors
import signal
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30
STOP_SECONDS = 30


def binary() -> Path:
    """RAMWARD_BIN, else the release build, else the debug build."""
    named = os.environ.get("RAMWARD_BIN")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    candidates = [Path(named)] if named else [target / "release/ramward", target / "debug/ramward"]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"no ramward program at {' or '.join(map(str, candidates))}: cargo build it first")


def store_of(data: Path) -> list:
    """The flags of the store beside a data directory: none, or where RAMWARD_TEST_STORE names a database, a schema of
    its own there, the same one at each start."""
    database = os.environ.get("RAMWARD_TEST_STORE")
    if not database:
        return []
    schema = "served_" + hashlib.sha256(bytes(data)).hexdigest()[:16]
    psql = Path(os.environ["RAMWARD_TEST_POSTGRES_PROGRAMS"]) / "psql"
    make = f"SET client_min_messages = warning; CREATE SCHEMA IF NOT EXISTS {schema}"
    subprocess.run([psql, "--no-psqlrc", "--quiet", "--dbname", database, "--command", make], check=True)
    return ["--store", f"{database}?options=-csearch_path%3D{schema}", "--nodes", "several"]


class Served:
    """A server on free ports of this machine. `ready` is what it says of itself, `log` where it writes the rest."""

    def __init__(self, data: Path, log: Path, environment: dict, flags: list):
        self.log = log
        place = ["--listen", "127.0.0.1:0", "--data", data, *store_of(data)]
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [binary(), "serve", *place, "--output", "json", *flags],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=file,
            )
        try:
            self.ready: dict = json.loads(self._first_line())
        except Exception:
            self.process.kill()
            self.process.wait()
            raise
        self.endpoint: str = self.ready["Endpoint"]
        assert self.endpoint.startswith("http://127.0.0.1:"), self.ready

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
