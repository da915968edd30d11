"""What a client's run showed, kept for the page that `page.py` writes."""

import json
from pathlib import Path
from typing import Optional

from program import ROOT

FOLDER = ROOT / "target" / "scanners"


def record(client: str, title: str, operations: dict, verdicts: Optional[list] = None) -> None:
    """Keeps a run: what was asked and answered, and the tool's verdicts beside the truth."""
    unknown = [name for name, codes in operations.items() if "InvalidAction.NotFound" in codes]
    assert operations and not unknown, f"{title} asked for operations that are not there"
    FOLDER.mkdir(parents=True, exist_ok=True)
    path: Path = FOLDER / f"{client}.json"
    found = {
        "client": client,
        "title": title,
        "operations": operations,
        "verdicts": [vars(verdict) for verdict in verdicts or []],
    }
    path.write_text(json.dumps(found, indent=1))
