"""The ramward program with its three doors, and a tool run through `ramward exec` on it."""

import json
import os
import selectors
import shutil
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple, Optional

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"
START_SECONDS = 30
STOP_SECONDS = 30
# A tool that takes longer hangs: the slowest needs a quarter of it on two busy processors.
TOOL_SECONDS = 300


# The old Python core takes a key of these before the credential that a program hands it.
NOT_OLD = ["-u", "ALIYUN_ACCESS_KEY_ID", "-u", "ALIYUN_ACCESS_KEY_SECRET"]


class Key(NamedTuple):
    """An AccessKey of the account under test."""

    id: str
    secret: str


def binary() -> Path:
    """RAMWARD_BIN, else the release build, else the debug build."""
    named = os.environ.get("RAMWARD_BIN")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    candidates = [Path(named)] if named else [target / "release/ramward", target / "debug/ramward"]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"no ramward program at {' or '.join(map(str, candidates))}: cargo build it first")


def tool(venv: str, name: str) -> Path:
    """A program that ./check-scanners.sh installed."""
    path = TOOLS / venv / "bin" / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is not installed: ./check-scanners.sh installs it")
    return path


def cas(venv: str) -> Path:
    """The file of CAs that the packages of a venv trust."""
    return next((TOOLS / venv).glob("lib/python3*/site-packages/certifi/cacert.pem"))


class Program:
    """`ramward serve` on a directory of its own, from its ready line to its clean end."""

    def __init__(self, folder: Path, state: dict):
        self.folder = folder
        self.data = folder / "data"
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.log = folder / "stderr"
        file = folder / "state.json"
        file.write_text(json.dumps(state))
        # Nothing of whoever runs this: no key, no proxy, no settings.
        self.environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.home), "LANG": "C.UTF-8"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    binary(), "serve", "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0",
                    "--proxy-listen", "127.0.0.1:0", "--data", self.data, "--import", file,
                    "--output", "json", "--access-log", "--log-format", "json",
                ],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )  # fmt: skip
        try:
            self.ready = json.loads(self._first_line())
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
