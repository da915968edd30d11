"""A node of Ramward on a store in PostgreSQL, and calls that a client without any SDK signs."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import NamedTuple, Optional
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/served"))

from served import STOP_SECONDS, Served, binary  # noqa: E402

ACCOUNT_ID = "1234567890123456"
KEY = ("LTAI5tRamwardFaultTests", "ramwardFaultTestsSecret0123456")
SEAL = "5e" * 32
VERSIONS = {"Ims": "2019-08-15", "Ram": "2015-05-01"}
# A statement that waits is refused after half a minute at the latest.
ANSWER_SECONDS = 50


class Answer(NamedTuple):
    """What came back; status 0 if nothing did."""

    status: int
    body: dict
    retry_after: Optional[int]

    @property
    def code(self) -> str:
        """The error code, or `OK`."""
        return "OK" if self.status == 200 else self.body.get("Code", "")

    @property
    def is_nothing(self) -> bool:
        """Refused for the moment with a hint when to come back, and with the word that nothing was changed."""
        return self._is_refused() and "Nothing was changed" in self.body["Message"]

    @property
    def is_unknown(self) -> bool:
        """The same, with the word that it may have been carried out."""
        return self._is_refused() and "may have been carried out" in self.body["Message"]

    def _is_refused(self) -> bool:
        return self.status == 503 and self.code == "ServiceUnavailable" and (self.retry_after or 0) > 0


def environment(home: Path) -> dict:
    """Nothing of whoever runs this: no key, no proxy, no settings."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(home),
        "RAMWARD_ACCOUNT_ID": ACCOUNT_ID,
        "RAMWARD_ROOT_ACCESS_KEY_ID": KEY[0],
        "RAMWARD_ROOT_ACCESS_KEY_SECRET": KEY[1],
        "RAMWARD_SEAL_KEY": SEAL,
    }


class Node(Served):
    """A server on a store, in a directory of its own. `nodes` says whether others may be on it too."""

    def __init__(self, home: Path, store: str, *flags, nodes: str = "several", variables: Optional[dict] = None):
        home.mkdir(parents=True, exist_ok=True)
        said = {**environment(home), **(variables or {}), "RAMWARD_STORE": store}
        super().__init__(home / "data", home / "log", said, ["--nodes", nodes, *flags])
        self.host = self.endpoint.removeprefix("http://")

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait(STOP_SECONDS)
        self.process.stdout.close()

    def end(self) -> None:
        """Ends it if it still runs, whatever became of it."""
        if self.process.poll() is None:
            self.kill()

    def call(self, action: str, key: tuple = KEY, product: str = "Ims", **parameters) -> Answer:
        """One signed call."""
        return self.send(signed(action, parameters, key, product))

    def ok(self, action: str, key: tuple = KEY, product: str = "Ims", **parameters) -> dict:
        """One signed call that must succeed."""
        answer = self.call(action, key, product, **parameters)
        assert answer.status == 200, (action, parameters, answer)
        return answer.body

    def send(self, target: str) -> Answer:
        """A request that is signed already."""
        connection = http.client.HTTPConnection(self.host, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", target)
            answer = connection.getresponse()
            body, hint = answer.read(), answer.getheader("x-acs-retry-after")
        except (ConnectionError, http.client.HTTPException):
            return Answer(0, {}, None)
        finally:
            connection.close()
        return Answer(answer.status, json.loads(body), int(hint) if hint else None)

    def status(self, path: str) -> int:
        """The status of a page that needs no signature."""
        return self.send(path).status

    def is_ready(self) -> bool:
        """Whether its store answers."""
        return self.status("/readyz") == 200

    def report(self) -> dict:
        """The report without what is another in each answer."""
        body = self.ok("GetAccountSecurityPracticeReport")
        return body["AccountSecurityPracticeInfo"]

    def users(self) -> set:
        """The names of all users."""
        names, marker = set(), {}
        while True:
            page = self.ok("ListUsers", product="Ram", MaxItems="1000", **marker)
            names |= {user["UserName"] for user in page["Users"]["User"]}
            if not page["IsTruncated"]:
                return names
            marker = {"Marker": page["Marker"]}


def principal(name: str) -> str:
    """The full name of a user."""
    return f"{name}@{ACCOUNT_ID}.onaliyun.com"


def signed(action: str, parameters: dict, key: tuple = KEY, product: str = "Ims", at: Optional[float] = None) -> str:
    """The target of a GET request, signed as version 1.0 of the RPC signature has it."""
    said = {
        "Action": action,
        "Version": VERSIONS[product],
        "Format": "JSON",
        "AccessKeyId": key[0],
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": uuid.uuid4().hex,
        "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at if at is not None else time.time())),
        **parameters,
    }
    query = "&".join(f"{quote(name, safe='~')}={quote(said[name], safe='~')}" for name in sorted(said))
    text = f"GET&%2F&{quote(query, safe='~')}"
    digest = hmac.new(f"{key[1]}&".encode(), text.encode(), hashlib.sha1).digest()
    return f"/?Signature={quote(base64.b64encode(digest).decode(), safe='~')}&{query}"


def command(home: Path, store: str, *arguments, nodes: str = "several") -> str:
    """What a command of the program's on the store prints; it must succeed."""
    home.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [binary(), *arguments, "--data", home / "data", "--nodes", nodes],
        env={**environment(home), "RAMWARD_STORE": store},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=STOP_SECONDS,
    )
    assert done.returncode == 0, f"{arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def verify(home: Path, store: str, nodes: str = "several") -> None:
    """What is stored of every report equals its recount."""
    said = command(home, store, "report", "--verify", nodes=nodes)
    assert "every stored number equals its recount" in said, said
