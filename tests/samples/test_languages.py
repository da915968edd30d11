"""Code for every operation: its language's grammar reads it, and the SDKs that can be loaded here know its names."""

import ast
import importlib
import inspect

import pytest
import tree_sitter
from operations import operations
from samples import FILES, compile_typescript, write
from test_run import HOSTILE, NEWER_THAN_NODE

GRAMMARS = {
    "sh": "tree_sitter_bash",
    "py": "tree_sitter_python",
    "java": "tree_sitter_java",
    "go": "tree_sitter_go",
    "ts": "tree_sitter_typescript",
    "php": "tree_sitter_php",
    "cs": "tree_sitter_c_sharp",
    "rs": "tree_sitter_rust",
}
LISTED = operations()


def grammar(ending: str) -> tree_sitter.Parser:
    module = importlib.import_module(GRAMMARS[ending])
    make = {"ts": "language_typescript", "php": "language_php"}.get(ending, "language")
    return tree_sitter.Parser(tree_sitter.Language(getattr(module, make)()))


def faults(node) -> list:
    """The places that the grammar cannot read."""
    own = [node] if node.type == "ERROR" or node.is_missing else []
    return own + [fault for child in node.children if child.has_error or child.is_missing for fault in faults(child)]


@pytest.mark.parametrize("generic", [False, True], ids=["typed", "generic"])
@pytest.mark.parametrize("language", FILES)
def test_every_call_is_code_of_its_language(language, generic):
    parser = grammar(FILES[language])
    for operation in LISTED:
        hostile = [(name, HOSTILE if "." not in name else value) for name, value in operation.parameters]
        for parameters in ([], operation.parameters, hostile):
            code = write(operation.version, operation.name, parameters, language, generic)
            tree = parser.parse(code.encode())
            assert not faults(tree.root_node), (str(operation), faults(tree.root_node)[:3], code)


def test_a_broken_text_would_be_noticed():
    for ending, text in {
        "sh": "a 'b",
        "py": "f(",
        "java": "class {",
        "go": 'x := "',
        "rs": "fn {",
        "php": "<?php f(",
    }.items():
        assert faults(grammar(ending).parse(text.encode()).root_node), ending


@pytest.mark.parametrize("operation", [one for one in LISTED if one.product != "Ramward"], ids=str)
def test_the_python_sdk_has_every_name(operation):
    package = f"alibabacloud_{operation.product.lower()}{operation.version.replace('-', '')}"
    models = importlib.import_module(f"{package}.models")
    client = importlib.import_module(f"{package}.client").Client
    code = write(operation.version, operation.name, operation.parameters, "python")
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    made = 0
    for node in calls:
        function = node.func
        if not isinstance(function, ast.Attribute):
            continue
        if isinstance(function.value, ast.Name) and function.value.id == "models":
            known = inspect.signature(getattr(models, function.attr).__init__).parameters
            assert {keyword.arg for keyword in node.keywords} <= set(known), (function.attr, code)
        elif isinstance(function.value, ast.Call) and getattr(function.value.func, "id", "") == "Client":
            method = inspect.signature(getattr(client, function.attr))
            assert len(method.parameters) - 1 == len(node.args), code
            made += 1
    assert made == 1, code


def test_the_node_sdk_has_every_name(tmp_path):
    files = []
    for operation in (one for one in LISTED if one.product != "Ramward"):
        parameters = [(name, value) for name, value in operation.parameters if name not in NEWER_THAN_NODE]
        path = tmp_path / f"{operation}.ts"
        path.write_text(write(operation.version, operation.name, parameters, "typescript"))
        files.append(path)
    compile_typescript(tmp_path, files)
