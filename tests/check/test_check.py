"""check.sh itself: what it prints and how it fails, each tool replaced by one that fails or succeeds."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def check(*args, path=None, script="check.sh"):
    env = dict(os.environ)
    if path is not None:
        env["PATH"] = f"{path}:{env['PATH']}"
    return subprocess.run([ROOT / script, *args], env=env, capture_output=True, text=True, cwd="/")


@pytest.fixture
def cargo(tmp_path):
    """A cargo that answers with the given exit code and writes down what it was asked."""

    def make(code):
        asked = tmp_path / "asked"
        tool = tmp_path / "cargo"
        tool.write_text(f'#!/bin/sh\necho "$@" >> {asked}\nexit {code}\n')
        tool.chmod(0o755)
        return tmp_path, asked

    return make


@pytest.mark.parametrize("script", ["check.sh", "check-scanners.sh"])
def test_list_names_every_step_once_and_each_has_its_function(script):
    listed = [line.split("|")[0].strip(" &") for line in check("--list", script=script).stdout.splitlines()]
    text = (ROOT / script).read_text()
    written = [line[5 : line.index("(")] for line in text.splitlines() if line.startswith("step_")]
    assert len(listed) == len(set(listed))
    assert sorted(name.replace("-", "_") for name in listed) == sorted(written)


@pytest.mark.parametrize(("script", "known"), [("check.sh", "fmt"), ("check-scanners.sh", "sdks")])
def test_an_unknown_step_runs_nothing(cargo, script, known):
    path, asked = cargo(0)
    answer = check(known, "paint", path=path, script=script)
    assert answer.returncode == 2
    assert "no step is called paint" in answer.stderr
    assert not asked.exists()


@pytest.mark.parametrize("script", ["check.sh", "check-scanners.sh"])
def test_an_unknown_option_is_refused(script):
    answer = check("--fast", script=script)
    assert answer.returncode == 2
    assert "usage" in answer.stderr


def test_a_failing_step_is_named_with_the_way_to_run_it_again(cargo):
    path, asked = cargo(7)
    answer = check("fmt", "clippy", path=path)
    assert answer.returncode == 1
    assert "step fmt failed" in answer.stderr
    assert "./check.sh fmt" in answer.stderr
    assert asked.read_text().splitlines() == ["fmt --all --check"]


def test_steps_run_in_the_order_given_and_each_has_a_heading_and_a_duration(cargo):
    path, asked = cargo(0)
    answer = check("clippy", "fmt", path=path)
    assert answer.returncode == 0
    headings = [line for line in answer.stdout.splitlines() if line.startswith("===")]
    assert headings[:2] == ["=== clippy", "=== fmt"]
    assert "--- fmt: ok, " in answer.stdout
    assert [line.split()[0] for line in asked.read_text().splitlines()] == ["clippy", "fmt"]


@pytest.fixture
def aside(tmp_path):
    """A script with a step that runs aside, and one after it, of these commands; and what it answered."""

    def run(beside, after, *args):
        (tmp_path / "tests/check").mkdir(parents=True)
        (tmp_path / "tests/check/steps.sh").write_text((ROOT / "tests/check/steps.sh").read_text())
        script = tmp_path / "run.sh"
        script.write_text(
            "set -Eeuo pipefail\nreadonly steps='beside & | one\nafter | other'\n. tests/check/steps.sh\n"
            f'step_beside() {{ {beside}; }}\nstep_after() {{ {after}; }}\nmain "$@"\n'
        )
        command = ["bash", "run.sh", *args]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)

    return run


def test_a_step_aside_runs_beside_the_next_and_is_shown_at_the_end(aside, tmp_path):
    # Each waits for the other, so one after the other they would never end.
    answer = aside("mkfifo a b; echo go >a; cat b; echo over", "until [ -p b ]; do :; done; cat a; echo now >b")
    assert answer.returncode == 0, answer.stderr
    lines = [line for line in answer.stdout.splitlines() if not line.startswith("---")]
    assert lines[:-1] == ["=== beside, aside", "=== after", "go", "=== beside, which ran aside", "now", "over"]


def test_a_step_aside_that_fails_is_named_with_what_it_said(aside):
    answer = aside("echo broken; false", "true")
    assert answer.returncode == 1
    assert "broken" in answer.stderr
    assert "step beside failed" in answer.stderr
    assert "all ok" not in answer.stdout


def test_a_step_aside_ends_with_the_step_that_fails(aside, tmp_path):
    answer = aside("echo $$ >process; sleep 50", "until [ -s process ]; do :; done; false")
    assert answer.returncode == 1
    assert "step after failed" in answer.stderr
    assert "beside is ended" in answer.stdout
    process = int((tmp_path / "process").read_text())
    with pytest.raises(ProcessLookupError):
        for _ in range(10_000_000):
            os.kill(process, 0)


def test_ci_runs_check_sh_and_nothing_else():
    lines = (ROOT / ".ci/run").read_text().splitlines()
    code = [line for line in lines if line and not line.startswith("#")]
    assert code == ['exec "$(dirname "$0")/../check.sh"']
