"""Every code block of the README runs as it stands, or is a file that another test runs."""

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
SHELL = [text for language, text in BLOCKS if language == "sh"]
SECONDS = 600
PORT = 8686


def started(script, directory):
    """A shell that runs the script, as the leader of a group of its own."""
    program = Path(os.environ["RAMWARD_BIN"]).parent
    env = {**os.environ, "PATH": f"{program}:{os.environ['PATH']}", "HOME": str(directory)}
    for variable in ("CARGO_HOME", "RUSTUP_HOME"):
        default = Path.home() / (".cargo" if variable == "CARGO_HOME" else ".rustup")
        env.setdefault(variable, str(default))
    return subprocess.Popen(
        ["bash", "-euc", script],
        cwd=directory,
        env=env,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def interrupted(process):
    """What it printed further until Ctrl-C ended it."""
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    return out, err


def without_instants(text):
    """The sample account is made when the demo starts."""
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", text)


def test_the_first_command_shows_the_picture_and_ends_with_control_c():
    assert SHELL[0] == "cargo run --release -- demo\n"
    [picture] = [text for language, text in BLOCKS if language == "text"]
    process = started(SHELL[0], ROOT)
    shown = "".join(process.stdout.readline() for _ in picture.splitlines())
    more = [process.stdout.readline() for _ in range(4)]
    interrupted(process)
    assert without_instants(shown) == without_instants(picture)
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID=" in more[-1]
    assert process.returncode in (0, -signal.SIGINT, 130), "cargo itself may report the signal"


def test_the_second_command_is_what_ci_runs():
    assert SHELL[1] == "./check.sh\n"
    assert (ROOT / ".ci/run").read_text().splitlines()[-1] == 'exec "$(dirname "$0")/../check.sh"'


def test_a_server_of_your_own(tmp_path):
    serve, calls = SHELL[2:]
    server = started(serve, tmp_path)
    try:
        wait_for_port(server)
        client = started(calls, tmp_path)
        out, err = client.communicate(timeout=SECONDS)
        assert client.returncode == 0, err
        assert "Score 45 of 100" in out
        assert '"UserPrincipalName":"alice@1234567890123456.onaliyun.com"' in out
        assert "<ListUsersResponse>" in out
    finally:
        interrupted(server)
    assert server.returncode in (0, -signal.SIGINT, 130)


def wait_for_port(server):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, server.stderr.read()
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", PORT)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the server does not listen")


@pytest.mark.parametrize("language, suffix", [("python", ".py"), ("js", ".js")])
def test_programs_are_the_examples_that_the_client_tests_run(language, suffix):
    shown = {text for found, text in BLOCKS if found == language}
    files = {path.read_text() for path in (ROOT / "examples").iterdir() if path.suffix == suffix}
    assert shown == files


def test_no_block_is_left_out():
    assert len(SHELL) == 4
    assert {language for language, _ in BLOCKS} == {"sh", "text", "python", "js"}


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text()):
        assert (ROOT / target).exists(), target


def test_the_chinese_page_has_the_same_blocks():
    text = (ROOT / "README.zh-CN.md").read_text()
    assert re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL) == BLOCKS
