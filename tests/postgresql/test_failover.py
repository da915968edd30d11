"""Two nodes on a primary with a synchronous standby; the primary is killed among changes and the standby takes over.

Needs RAMWARD_BIN and PostgreSQL's programs, which `tests/postgresql/run` finds and names in POSTGRESQL_BIN. As root the
clusters run as nobody.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

RAMWARD = os.environ["RAMWARD_BIN"]
PROGRAMS = Path(os.environ["POSTGRESQL_BIN"])
SECONDS = 120
KEY = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "testsecret"}
ACCOUNT = "1234567890123456"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Cluster:
    """A database server in a directory of its own."""

    def __init__(self, place, name):
        self.data, self.port, self.place = place / name, free_port(), place

    def do(self, program, *arguments):
        command = [PROGRAMS / program, *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]
        done = subprocess.run(command, cwd=self.place, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def create(self):
        self.do("initdb", "--username=ramward", "--auth=trust", "--no-sync", "--locale=C.UTF-8", "--pgdata", self.data)

    def copy(self, primary):
        self.do(
            "pg_basebackup",
            "--host=127.0.0.1",
            f"--port={primary.port}",
            "--username=ramward",
            "--write-recovery-conf",
            "--wal-method=stream",
            "--checkpoint=fast",
            "--no-sync",
            "--pgdata",
            self.data,
        )

    def start(self):
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self.place} -c fsync=off"
        )
        self.do(
            "pg_ctl",
            "start",
            "--silent",
            "--wait",
            "--pgdata",
            self.data,
            "--log",
            f"{self.data}.log",
            "--options",
            options,
        )

    def kill(self):
        if (self.data / "postmaster.pid").exists():
            self.do("pg_ctl", "stop", "--silent", "--mode=immediate", "--pgdata", self.data)

    def say(self, sql):
        return self.do(
            "psql",
            "--host=127.0.0.1",
            f"--port={self.port}",
            "--username=ramward",
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--command",
            sql,
            "postgres",
        ).strip()


class Node:
    """A server of Ramward."""

    def __init__(self, directory, store):
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "RAMWARD_DATA": str(directory / "data"),
            "RAMWARD_STORE": store,
            "RAMWARD_NODES": "several",
            "RAMWARD_SEAL_KEY": "5e" * 32,
            **KEY,
        }
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        first = {
            "RAMWARD_ACCOUNT_ID": ACCOUNT,
            "RAMWARD_ROOT_ACCESS_KEY_ID": "testid",
            "RAMWARD_ROOT_ACCESS_KEY_SECRET": "testsecret",
        }
        self.process = subprocess.Popen(
            [RAMWARD, "serve", "--listen", f"127.0.0.1:{port}"],
            env={**self.env, **first},
            stdout=subprocess.DEVNULL,
            stderr=(directory / "log").open("w"),
        )
        until(self.is_ready)

    def is_ready(self):
        try:
            return urllib.request.urlopen(f"{self.url}/readyz", timeout=20).status == 200
        except urllib.error.HTTPError as refused:
            assert refused.code == 503
            return False
        except OSError:
            return False

    def run(self, *arguments):
        return subprocess.run(
            [RAMWARD, *arguments], env={**self.env, "RAMWARD_ENDPOINT": self.url}, capture_output=True, text=True
        )

    def call(self, operation, **parameters):
        done = self.run("call", operation, *[f"{name}={value}" for name, value in parameters.items()])
        return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else done.stderr

    def end(self):
        self.process.terminate()
        assert self.process.wait(SECONDS) == 0


def until(is_so):
    """Asks until it is so; what never comes fails the test."""
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun < SECONDS


@pytest.fixture
def place():
    directory = Path(tempfile.mkdtemp())
    if os.geteuid() == 0:
        shutil.chown(directory, "nobody", "nogroup")
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def pair(place):
    primary, standby = Cluster(place, "primary"), Cluster(place, "standby")
    primary.create()
    primary.start()
    try:
        standby.copy(primary)
        standby.start()
        primary.say("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.say("SELECT pg_reload_conf()")
        until(lambda: primary.say("SELECT sync_state FROM pg_stat_replication") == "sync")
        yield primary, standby
    finally:
        primary.kill()
        standby.kill()


def test_nothing_acknowledged_is_lost_when_the_standby_takes_over(pair, tmp_path):
    primary, standby = pair
    store = f"postgres://ramward@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres?connect_timeout=2"
    nodes = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        nodes.append(Node(tmp_path / name, store))

    acknowledged, answers, stop = set(), [], threading.Event()

    def create(thread):
        number = 0
        while not stop.is_set():
            number += 1
            name = f"user{thread}x{number}"
            upn = f"{name}@{ACCOUNT}.onaliyun.com"
            code, answer = nodes[thread % 2].call("CreateUser", UserPrincipalName=upn, DisplayName=name)
            answers.append((code, answer))
            if code == 0:
                acknowledged.add(name)

    threads = [threading.Thread(target=create, args=[thread]) for thread in range(4)]
    try:
        for thread in threads:
            thread.start()
        until(lambda: len(acknowledged) > 20)
        primary.kill()
        at_the_kill = len(acknowledged)
        until(lambda: not nodes[0].is_ready())
        standby.say("ALTER SYSTEM SET synchronous_standby_names = ''")
        standby.say("SELECT pg_promote()")
        until(lambda: len(acknowledged) > at_the_kill + 20)
        until(lambda: all(node.is_ready() for node in nodes))
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    refused = [answer for code, answer in answers if code != 0]
    codes = {answer["Code"] if isinstance(answer, dict) else answer for answer in refused}
    assert codes <= {"ServiceUnavailable"}, codes

    names, marker = set(), {}
    while True:
        code, page = nodes[1].call("ListUsers", MaxItems=100, **marker)
        assert code == 0, page
        names |= {user["UserPrincipalName"].split("@")[0] for user in page["Users"]["User"]}
        if not page.get("IsTruncated"):
            break
        marker = {"Marker": page["Marker"]}
    assert acknowledged <= names, acknowledged - names
    reports = [node.call("GetAccountSecurityPracticeReport")[1]["AccountSecurityPracticeInfo"] for node in nodes]
    assert reports[0] == reports[1]
    assert reports[0]["AccountSecurityPracticeUserInfo"]["SubUser"] == len(names)
    recount = nodes[0].run("report", "--verify")
    assert recount.returncode == 0 and re.search("every stored number equals its recount", recount.stdout), (
        recount.stderr
    )
    for node in nodes:
        node.end()
