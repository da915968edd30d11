"""Code that can run here is run, and must have the answer that the same call has without it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ALICE, IMS, RAM
from samples import FILES, HERE, call, compile_typescript, environment, write

PASSWORD = "Tr0ub4dor&3 $(id)'\"\\ü"
# Quotes and signs of every language, a mark that turns the direction of writing, a letter beyond 16 bits.
HOSTILE = "a'b\"c\\d $(id) ${x} `id` #{y} %s \u202e中\U0001f600 \\u0041 {z} //"
# name -> version, operation, parameters
CALLS = {
    "nothing": (IMS, "GetAccountSecurityPracticeReport", []),
    "number": (IMS, "ListUsers", [("MaxItems", "1")]),
    "numbers-and-flags": (
        IMS,
        "SetPasswordPolicy",
        [("MinimumPasswordLength", "12"), ("RequireNumbers", "true"), ("RequireSymbols", "false")],
    ),
    "text": (IMS, "UpdateUser", [("UserPrincipalName", ALICE), ("NewComments", HOSTILE)]),
    "secret": (IMS, "UpdateLoginProfile", [("UserPrincipalName", ALICE), ("Password", PASSWORD)]),
    "flat-list": (
        IMS,
        "TagResources",
        [
            ("ResourceType", "user"),
            ("ResourcePrincipalName.1", ALICE),
            ("ResourcePrincipalName.2", ALICE.replace("alice", "bob")),
            ("Tag.1.Key", "team"),
            ("Tag.1.Value", "a & b"),
        ],
    ),
    "json-list": (
        RAM,
        "TagResources",
        [("ResourceType", "role"), ("ResourceNames.1", "reader"), ("Tag.1.Key", "team"), ("Tag.1.Value", "x")],
    ),
    "group": ("2026-11-01", "SimulateAccountSecurityPracticeReport", [("PasswordPolicy.MinimumPasswordLength", "20")]),
    "identity": ("2015-04-01", "GetCallerIdentity", []),
    "refused": (IMS, "GetUser", [("UserPrincipalName", ALICE.replace("alice", "nobody"))]),
}
# What is new in each answer.
FRESH = {"RequestId", "UpdateDate", "Recommend"}
# What the models of the Node SDK do not have yet and leave out.
NEWER_THAN_NODE = {"InitialPasswordAge", "InterceptRiskPasswordOnApi", "PasswordStatus"}


def settled(value, without=FRESH):
    """Without what is new each time."""
    if isinstance(value, dict):
        return {key: settled(inner, without) for key, inner in value.items() if key not in without}
    return [settled(item, without) for item in value] if isinstance(value, list) else value


def run(command: list, home: Path, **more) -> subprocess.CompletedProcess:
    settings = environment(home, PASSWORD=PASSWORD, **more)
    return subprocess.run(command, env=settings, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="session")
def expected(server, tmp_path_factory):
    """The answer to each call, asked for directly, once all of them were made."""
    home = tmp_path_factory.mktemp("direct")
    for each in CALLS.values():
        run(call(*each, "--endpoint", server.endpoint), home)
    done = {name: run(call(*CALLS[name], "--endpoint", server.endpoint), home) for name in CALLS}
    assert [name for name, one in done.items() if one.returncode] == ["refused"], done
    return {name: settled(json.loads(one.stdout)) for name, one in done.items()}


def check(name: str, expected: dict, done: subprocess.CompletedProcess, raises: bool) -> None:
    """An SDK raises where an operation refuses; everything else prints what came."""
    if name == "refused" and raises:
        assert done.returncode != 0, done.stdout
        assert "EntityNotExist.User" in done.stderr, done.stderr
        return
    assert done.stdout.strip(), done.stderr
    assert settled(json.loads(done.stdout)) == expected[name], done.stderr


def saved(folder: Path, server, name: str, language: str, generic=False) -> Path:
    version, operation, parameters = CALLS[name]
    path = folder / f"{name.replace('-', '_')}{'_generic' if generic else ''}.{FILES[language]}"
    path.write_text(write(version, operation, parameters, language, generic, server.endpoint))
    return path


@pytest.mark.parametrize("language", ["curl", "ramward"])
@pytest.mark.parametrize("name", CALLS)
def test_in_a_shell(server, expected, tmp_path, name, language):
    done = run(["bash", saved(tmp_path, server, name, language)], tmp_path)
    check(name, expected, done, raises=False)


@pytest.mark.parametrize("generic", [False, True], ids=["typed", "generic"])
@pytest.mark.parametrize("name", CALLS)
def test_in_python(server, expected, tmp_path, name, generic):
    done = run([sys.executable, saved(tmp_path, server, name, "python", generic)], tmp_path)
    check(name, expected, done, raises=True)


@pytest.fixture(scope="session")
def compiled(server, tmp_path_factory):
    """Every call in TypeScript, checked against the types of the SDKs and compiled."""
    folder = tmp_path_factory.mktemp("typescript")
    compile_typescript(
        folder,
        [saved(folder, server, name, "typescript", generic) for name in CALLS for generic in (False, True)],
    )
    return folder


@pytest.mark.parametrize("generic", [False, True], ids=["typed", "generic"])
@pytest.mark.parametrize("name", CALLS)
def test_in_typescript(compiled, expected, tmp_path, name, generic):
    program = compiled / f"{name.replace('-', '_')}{'_generic' if generic else ''}.js"
    if not generic:
        expected = {name: settled(expected[name], NEWER_THAN_NODE)}
    check(name, expected, run(["node", program], tmp_path), raises=True)


@pytest.fixture(scope="session")
def built(server, tmp_path_factory):
    """Every call in Rust, built at once with the crates that its first lines name."""
    folder = tmp_path_factory.mktemp("rust")
    for file in ("Cargo.toml", "Cargo.lock"):
        shutil.copy(HERE / "rust" / file, folder)
    programs = folder / "src/bin"
    programs.mkdir(parents=True)
    for name in CALLS:
        assert re.match(r"// cargo add hmac@", saved(programs, server, name, "rust").read_text())
    target = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[1] / "target")) / "samples"
    command = ["cargo", "build", "--quiet", "--locked", "--bins", "--target-dir", target]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    return target / "debug"


@pytest.mark.parametrize("name", CALLS)
def test_in_rust(built, expected, tmp_path, name):
    check(name, expected, run([built / name.replace("-", "_")], tmp_path), raises=False)
