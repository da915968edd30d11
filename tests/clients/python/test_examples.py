"""The SDK examples that a newcomer copies run as they stand, but for the port."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from program import ROOT, ROOT_KEY

EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.suffix in (".py", ".js"))
DEFAULT_HOST = "127.0.0.1:8686"
SECONDS = 60


def run(text: str, suffix: str, host: str, directory: Path) -> str:
    """What the program text prints, with its keys in the environment, as a reader would run it."""
    assert text.count(DEFAULT_HOST) == 1
    script = directory / f"example{suffix}"
    script.write_text(text.replace(DEFAULT_HOST, host))
    done = subprocess.run(
        [sys.executable if suffix == ".py" else "node", script],
        env={
            **os.environ,
            "NODE_PATH": str(ROOT / "tests/clients/node/node_modules"),
            "ALIBABA_CLOUD_ACCESS_KEY_ID": ROOT_KEY[0],
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ROOT_KEY[1],
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_prints_the_score_and_the_users(example, fresh, tmp_path):
    assert run(example.read_text(), example.suffix, fresh.host, tmp_path) == "Score 45\nUsers 0\n"


def sdk_blocks(text: str) -> list:
    """The fenced Python and JavaScript blocks of a Markdown text."""
    return re.findall(r"^```(?:python|javascript|js)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_no_document_shows_sdk_code_that_is_not_one_of_the_examples():
    known = {example.read_text() for example in EXAMPLES}
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    assert documents
    strangers = [
        f"{document.relative_to(ROOT)}:\n{block}"
        for document in documents
        for block in sdk_blocks(document.read_text())
        if block not in known
    ]
    assert not strangers, "\n".join(strangers)


def test_sdk_blocks_are_found_in_markdown():
    text = "a\n```python\nx = 1\n\ny = 2\n```\nb `c`\n```sh\nls\n```\n```js\nz();\n```\n"
    assert sdk_blocks(text) == ["x = 1\n\ny = 2\n", "z();\n"]
