"""docs/compatibility.md from the runs that the tests kept. Without UPDATE=1 it must be what it is already."""

import json
import os
import sys
from pathlib import Path

from program import ROOT
from record import FOLDER

PAGE = ROOT / "docs" / "compatibility.md"
CLIENTS = ["prowler-key", "prowler-role", "scoutsuite", "ansible", "python-new", "python-old", "node-new", "node-old",
           "rust"]  # fmt: skip
HEAD = """\
# Compatibility

Generated from runs of unmodified tools and SDKs, each from its registry at the version named, against an account whose
facts are known: `UPDATE=1 ./check-scanners.sh` writes this page anew, and without `UPDATE` the script fails when the
runs no longer say what stands here. The account is in `tests/scanners/account.py`.

All of them but the Rust crate use the vendor's own host names and reach the server through `ramward exec`; with
`--isolated` do so prowler and the Python SDKs of today, which trust a proxy only by the list of CAs that they bring,
and the Node SDKs, which read no proxy variable.
"""
OPERATIONS = """
## Client by operation

What each client asked for and how it was answered. `works`: it was answered; a code: it was refused with that, which
the client expects (a user without a logon profile, a caller without permission).
"""


def cell(codes: list) -> str:
    """One answer of the table."""
    if codes == ["OK"]:
        return "works"
    refusals = ", ".join(f"`{code}`" for code in codes if code != "OK")
    return f"works, {refusals}" if "OK" in codes else refusals


def operations(runs: list) -> str:
    """A list of clients with their numbers, then client × operation."""
    lines = [OPERATIONS]
    lines += [f"{number}. {run['title']}" for number, run in enumerate(runs, 1)]
    lines += ["", "| Operation | " + " | ".join(str(number) for number, _ in enumerate(runs, 1)) + " |"]
    lines.append("|---" * (len(runs) + 1) + "|")
    names = sorted({name for run in runs for name in run["operations"]})
    for name in names:
        cells = [cell(run["operations"][name]) if name in run["operations"] else "" for run in runs]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def verdicts(runs: list) -> str:
    """Where a scanner is wrong, and how often it is right."""
    lines = ["", "## Verdicts of the scanners", ""]
    lines.append("Where a tool says something else than is true, its answer is pinned by the tests and stands here.")
    for run in runs:
        found = run["verdicts"]
        if not found:
            continue
        wrong = [verdict for verdict in found if verdict["says"] != verdict["truth"]]
        lines += ["", f"### {run['title']}", "", f"{len(found) - len(wrong)} of {len(found)} verdicts are true.", ""]
        if wrong:
            lines += ["| Check | Subject | It says | True is | Why |", "|---|---|---|---|---|"]
            keys = ("check", "subject", "says", "truth", "why")
            lines += ["| " + " | ".join(verdict[key] for key in keys) + " |" for verdict in wrong]
    return "\n".join(lines) + "\n"


def main() -> int:
    runs = []
    for client in CLIENTS:
        path: Path = FOLDER / f"{client}.json"
        if not path.exists():
            sys.stderr.write(f"page.py: {client} has not run: ./check-scanners.sh runs them all\n")
            return 1
        runs.append(json.loads(path.read_text()))
    page = HEAD + operations(runs) + verdicts(runs)
    if os.environ.get("UPDATE") == "1":
        PAGE.write_text(page)
    elif not PAGE.exists() or PAGE.read_text() != page:
        sys.stderr.write("page.py: docs/compatibility.md is not what the runs say: UPDATE=1 ./check-scanners.sh page\n")
        return 1
    return 0


sys.exit(main())
