"""Clusters of PostgreSQL as these tests make, copy, kill and restore them: on free ports of 127.0.0.1, never as root.

The directory of the server's programs is in RAMWARD_TEST_POSTGRES_PROGRAMS; tests/postgresql/run sets it.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Optional

USER = "ramward"
SECONDS = 60
# As the one who runs the tests, unless that is root, whom the server refuses.
OTHER = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def program(name: str) -> str:
    """A program of the server's."""
    directory = os.environ.get("RAMWARD_TEST_POSTGRES_PROGRAMS")
    if not directory:
        raise RuntimeError("no programs of PostgreSQL are named: run these tests by tests/postgresql/run")
    return str(Path(directory) / name)


def run(name: str, *arguments, **more) -> str:
    """Runs a program of the server's to its end; what it printed."""
    done = subprocess.run(
        [program(name), *map(str, arguments)],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        **OTHER,
        **more,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{name} {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}")
    return done.stdout.strip()


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(is_so, what: str, seconds: float = SECONDS):
    """Asks until the answer is true; that answer. An error names what never came."""
    end = time.monotonic() + seconds
    while True:
        found = is_so()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.005)


class Place:
    """A directory that the server's user can write to, with the clusters in it; all of them end with it."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="ramward-postgresql-"))
        self.clusters = []
        self.give(self.path)

    @staticmethod
    def give(path: Path) -> None:
        """Makes a directory the server's user's."""
        path.chmod(0o700)
        if OTHER:
            shutil.chown(path, OTHER["user"], OTHER["group"])

    def directory(self, name: str) -> Path:
        """A new directory for the server."""
        path = self.path / name
        path.mkdir()
        self.give(path)
        return path

    def give_all(self, path: Path) -> None:
        """The same with all that is in it."""
        if OTHER:
            for inner in [path, *path.rglob("*")]:
                shutil.chown(inner, OTHER["user"], OTHER["group"])

    def cluster(self, name: str, initdb: tuple = (), **settings) -> "Cluster":
        """A new cluster, started."""
        data = self.path / name
        run("initdb", "--pgdata", data, "--username", USER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
            "--no-sync", *initdb)  # fmt: skip
        return self.start(data, **settings)

    def copy(self, of: "Cluster", name: str, *flags) -> Path:
        """A base backup with the log of the time it took."""
        data = self.path / name
        run("pg_basebackup", "--pgdata", data, "--wal-method=stream", "--checkpoint=fast", "--no-sync",
            "--dbname", of.address(name), *flags)  # fmt: skip
        return data

    def start(self, data: Path, **settings) -> "Cluster":
        """Starts the cluster that is in a directory."""
        cluster = Cluster(data, settings)
        self.clusters.append(cluster)
        cluster.start()
        return cluster

    def end(self) -> None:
        """Stops all clusters and removes them."""
        for cluster in self.clusters:
            cluster.stop()
        shutil.rmtree(self.path, ignore_errors=True)


class Cluster:
    """A server on a data directory. `settings` are given at each start; a port is chosen once."""

    def __init__(self, data: Path, settings: dict):
        self.data = data
        self.port = free_port()
        self.log = data.with_name(data.name + ".log")
        self.settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": data.parent,
            # What is written here is thrown away, and a killed process loses nothing that it has written.
            "fsync": "off",
            "autovacuum": "off",
            **settings,
        }

    def start(self) -> None:
        options = " ".join(f"-c {name}='{value}'" for name, value in self.settings.items())
        try:
            run("pg_ctl", "start", "--silent", "--wait", "--pgdata", self.data, "--log", self.log, "--options", options)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            raise RuntimeError(f"{error}\n{self.log.read_text() if self.log.exists() else ''}") from error

    def stop(self, mode: str = "immediate") -> None:
        """Ends the server if it runs."""
        if (self.data / "postmaster.pid").exists() and alive(self.pid()):
            self.thaw()
            run("pg_ctl", "stop", "--silent", "--wait", "--pgdata", self.data, "--mode", mode)

    def pid(self) -> int:
        """The first process of the server."""
        return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])

    def kill(self) -> None:
        """Ends all its processes with SIGKILL, none of which can do anything more: as a machine that lost its power."""
        first = self.pid()
        # From here on it begins no more of them.
        send(signal.SIGSTOP, [first])
        send(signal.SIGKILL, [*children(first), first])
        until(lambda: not children(first) and not alive(first), "the end of the killed server")

    def come_back(self) -> None:
        """Starts a server that was killed. Its process may be there, dead, until somebody asks how it ended, and would
        be taken for a running one."""
        for lock in (self.data / "postmaster.pid", self.data.parent / f".s.PGSQL.{self.port}.lock"):
            lock.unlink(missing_ok=True)
        self.start()

    def freeze(self) -> None:
        """Stops all its processes where they are: connections still seem to be made, and nothing is answered."""
        first = self.pid()
        send(signal.SIGSTOP, [first])
        send(signal.SIGSTOP, children(first))

    def thaw(self) -> None:
        """Lets them go on."""
        send(signal.SIGCONT, [*children(self.pid()), self.pid()])

    def promote(self) -> None:
        """Makes a standby take writes."""
        run("pg_ctl", "promote", "--silent", "--wait", "--pgdata", self.data)

    def address(self, name: str = "ramward-tests", database: str = "postgres") -> str:
        """Where it is, for the server's own programs."""
        return f"postgres://{USER}@127.0.0.1:{self.port}/{database}?application_name={name}"

    def sql(self, text: str, database: str = "postgres") -> str:
        """What statements answer, a row a line."""
        command = ["--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1"]
        return run("psql", *command, "--dbname", self.address(database=database), "--command", text)

    def session(self, text: str) -> "Session":
        """A session that stays open with what it did, such as a lock."""
        return Session(self, text)


class Session:
    """A session of psql that has done something and waits; closed, it takes it back."""

    def __init__(self, cluster: Cluster, text: str):
        self.process = subprocess.Popen(
            [program("psql"), "--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1",
             "--dbname", cluster.address()],
            cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **OTHER,
        )  # fmt: skip
        self.process.stdin.write(f"BEGIN; {text};\n\\echo done\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        while said and said.strip() != "done":
            said = self.process.stdout.readline()
        assert said, "the session ended before it had done what it should"

    def __enter__(self):
        return self

    def __exit__(self, *_) -> Optional[bool]:
        self.process.stdin.close()
        self.process.wait(SECONDS)
        self.process.stdout.close()


def send(what: signal.Signals, to: list) -> None:
    """Sends a signal to processes, some of which may have ended by themselves."""
    for process in to:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, what)


def children(of: int) -> list:
    """The processes that another one began."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The name of a program, in parentheses, may hold anything.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == of and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def alive(pid: int) -> bool:
    """Whether there is such a process and it has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
