"""The ramward program with its three doors, and a tool run through `ramward exec` on it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple, Optional

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/served"))

from served import STOP_SECONDS, Served, binary  # noqa: E402

TOOLS = ROOT / ".tools"
# A tool that takes longer hangs: the slowest needs a quarter of it on two busy processors.
TOOL_SECONDS = 300


# The old Python core takes a key of these before the credential that a program hands it.
NOT_OLD = ["-u", "ALIYUN_ACCESS_KEY_ID", "-u", "ALIYUN_ACCESS_KEY_SECRET"]


class Key(NamedTuple):
    """An AccessKey of the account under test."""

    id: str
    secret: str


def tool(venv: str, name: str) -> Path:
    """A program that ./check-scanners.sh installed."""
    path = TOOLS / venv / "bin" / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is not installed: ./check-scanners.sh installs it")
    return path


def cas(venv: str) -> Path:
    """The file of CAs that the packages of a venv trust."""
    return next((TOOLS / venv).glob("lib/python3*/site-packages/certifi/cacert.pem"))


class Program(Served):
    """A server with its three doors, on a directory of its own that begins with a state file."""

    def __init__(self, folder: Path, state: dict):
        self.data = folder / "data"
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        file = folder / "state.json"
        file.write_text(json.dumps(state))
        # Nothing of whoever runs this: no key, no proxy, no settings.
        self.environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.home), "LANG": "C.UTF-8"}
        flags = ["--tls-listen", "127.0.0.1:0", "--proxy-listen", "127.0.0.1:0", "--import", file]
        super().__init__(
            self.data, folder / "stderr", self.environment, [*flags, "--access-log", "--log-format", "json"]
        )

    def stop(self) -> None:
        """SIGTERM, and the end must be clean."""
        super().stop()
        shutil.rmtree(self.data)

    def call(self, key: Key, operation: str, *, version: Optional[str] = None, **parameters: str) -> dict:
        """One call by the program's own client; a refusal raises with its body."""
        chosen = ["--version", version] if version else []
        done = subprocess.run(
            [binary(), "call", *chosen, operation, *(f"{name}={value}" for name, value in parameters.items())],
            env={**self.environment, "ALIBABA_CLOUD_ACCESS_KEY_ID": key.id,
                 "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.secret, "RAMWARD_ENDPOINT": self.endpoint},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=STOP_SECONDS,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{operation}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def run(
        self,
        command: list,
        key: Key,
        *,
        isolated: bool = False,
        trusting: Optional[Path] = None,
        extra: Optional[dict] = None,
    ) -> subprocess.CompletedProcess:
        """A tool as a developer would run it, by `ramward exec`: with a key, and variables of its own in `extra`.

        `trusting` is the file of CAs that a tool brings along; it needs a network of the tool's own.
        """
        way = ["--isolated"] if isolated else []
        way += ["--also-trust-in", trusting] if trusting else []
        variables = [f"{name}={value}" for name, value in (extra or {}).items()]
        return subprocess.run(
            [binary(), "exec", "--data", self.data, *way, "--", "env", *NOT_OLD, *variables, *command],
            env={**self.environment, "ALIBABA_CLOUD_ACCESS_KEY_ID": key.id,
                 "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.secret},
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TOOL_SECONDS,
        )  # fmt: skip

    def mark(self) -> int:
        """Where the log stands; what `asked` counts from."""
        return self.log.stat().st_size

    def asked(self, since: int = 0) -> dict:
        """Each operation asked for since a mark, as `Product Operation`, with the codes of its answers."""
        operations = {}
        with self.log.open("rb") as log:
            log.seek(since)
            for line in log:
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue
                if entry.get("target") != "access":
                    continue
                fields = entry.get("fields", entry)
                name = f"{fields['product']} {fields['operation']}"
                operations.setdefault(name, set()).add(fields["code"])
        return {name: sorted(codes) for name, codes in sorted(operations.items())}
