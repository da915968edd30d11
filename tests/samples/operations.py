"""Every operation of this server with a value for each of its parameters: the examples of `docs/reference/api`."""

import re
from dataclasses import dataclass
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[2] / "docs/reference/api"


@dataclass
class Operation:
    """An operation as its reference page describes it."""

    product: str
    version: str
    name: str
    parameters: list

    def __str__(self) -> str:
        return f"{self.product}.{self.name}"


def _cells(line: str) -> list:
    return [cell.strip().replace("\\|", "|").replace("&lt;", "<") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def _parameters(page: str) -> list:
    """Flat names and examples; a list has one element."""
    rows = page.split("## Request parameters")[1].split("## Response parameters")[0].splitlines()
    groups, found = [], []
    for name, kind, _, example, _ in (_cells(row) for row in rows if row.startswith("| ")):
        if name in ("Parameter", "Action"):
            continue
        del groups[name.count("↳") :]
        groups.append(name.replace("↳", "").strip() + (".1" if kind in ("Array", "Array of Struct") else ""))
        if kind not in ("Struct", "Array of Struct"):
            found.append((".".join(groups), example))
    return found


def operations() -> list:
    found = []
    for path in sorted(REFERENCE.glob("*/*.md")):
        page = path.read_text()
        product, version = re.search(r"\| Product \| (\S+) (\S+) \|", page).groups()
        found.append(Operation(product, version, path.stem, _parameters(page)))
    assert len(found) > 150, len(found)
    return found
