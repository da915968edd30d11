"""What `ramward call --code` writes."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "served"))

from served import Served, binary  # noqa: E402

__all__ = ["ACCOUNT_ID", "FILES", "HERE", "ROOT_KEY", "Program", "call", "compile_typescript", "environment", "write"]

ACCOUNT_ID = "1234567890123456"
ROOT_KEY = ("LTAI5tRamwardSampleTests", "ramwardSampleTestsSecret012345")
# How each language's file ends.
FILES = {
    "curl": "sh",
    "ramward": "sh",
    "aliyun": "sh",
    "python": "py",
    "java": "java",
    "go": "go",
    "typescript": "ts",
    "php": "php",
    "csharp": "cs",
    "rust": "rs",
}


class Program(Served):
    """A server with one account and a root key that is known."""

    def __init__(self, data: Path):
        settings = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(data.parent),
            "RAMWARD_ACCOUNT_ID": ACCOUNT_ID,
            "RAMWARD_ROOT_ACCESS_KEY_ID": ROOT_KEY[0],
            "RAMWARD_ROOT_ACCESS_KEY_SECRET": ROOT_KEY[1],
        }
        super().__init__(data, data.with_name(data.name + ".stderr"), settings, [])


def environment(home: Path, **more) -> dict:
    """What a sample may ask of its environment, and where `ramward` is found."""
    return {
        "PATH": f"{binary().parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "ALIBABA_CLOUD_ACCESS_KEY_ID": ROOT_KEY[0],
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ROOT_KEY[1],
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
        **more,
    }


def call(version: str, name: str, parameters: list, *options: str) -> list:
    """The words of a command."""
    pairs = [f"{key}={value}" for key, value in parameters]
    return [str(binary()), "call", name, *pairs, "--version", version, *options]


@cache
def _write(version: str, name: str, parameters: tuple, endpoint: str, *options: str) -> str:
    command = [*call(version, name, list(parameters), "--endpoint", endpoint), *options]
    settings = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    return subprocess.run(command, env=settings, check=True, capture_output=True, text=True).stdout


def write(version: str, name: str, parameters, language: str, generic=False, endpoint="http://127.0.0.1:8686") -> str:
    """The code of a call."""
    options = ["--code", language, *(["--generic"] if generic else [])]
    return _write(version, name, tuple(parameters), endpoint, *options)


def compile_typescript(folder: Path, files: list) -> None:
    """Programs, checked against the types of the SDKs and compiled beside themselves."""
    (folder / "node_modules").symlink_to(HERE / "node/node_modules")
    options = ["--module", "commonjs", "--target", "es2022", "--esModuleInterop", "--skipLibCheck", "--types", "node"]
    command = ["node", HERE / "node/node_modules/typescript/bin/tsc", *options, *files]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout
