"""What ramward report writes follows the published schemas, whatever a server answers."""

import csv
import io
import json
import os
import subprocess
import threading
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
from lxml import etree
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

HERE = Path(__file__).parent
SARIF = HERE / "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
JUNIT = HERE / "schema/junit-10.xsd"
ANSWERS = (HERE / "answers.json").read_text()

NAMES = [
    "mallory",
    '=HYPERLINK("http://evil")',
    "@everyone [click](http://evil) | **b** `x`",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\x1b[2J\x01\r\nINJECTED,row",
    "]]></failure><failure>&amp;",
    "\u202egnp.exe \ufffe \U0001f600",
]


class Server:
    """Answers as answers.json says, `mallory` having another name; or knows the vendor's report alone."""

    def __init__(self, name, vendor=False):
        answers = json.loads(ANSWERS.replace("mallory", json.dumps(name)[1:-1]))

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                status, body = reply(answers, vendor, self.headers["x-acs-action"], parse_qs(urlsplit(self.path).query))
                body = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json;charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever)
        self.thread.start()

    def __enter__(self):
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    def __exit__(self, *_):
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


def reply(answers, vendor, action, query):
    explanation = answers["ExplainAccountSecurityPracticeReport"]["Explanation"]
    if action == "GetAccountSecurityPracticeReport":
        info = {key: explanation[key] for key in ("Score", "AccountSecurityPracticeUserInfo")}
        return 200, {"RequestId": "R", "AccountSecurityPracticeInfo": info}
    if vendor:
        return 404, {"RequestId": "R", "Code": "InvalidAction.NotFound", "Message": "Specified api is not found."}
    if action == "ListSecurityFindings":
        findings = answers[action][query["Check"][0]]
        return 200, {
            "RequestId": "R",
            "Findings": {"Finding": findings},
            "TotalCount": len(findings),
            "IsTruncated": False,
        }
    return 200, answers[action]


def report(endpoint, name, tmp_path):
    environment = {
        "HOME": str(tmp_path),
        "RAMWARD_ENDPOINT": endpoint,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "test",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "test",
    }
    command = [os.environ["RAMWARD_BIN"], "report", "--format", name]
    ended = subprocess.run(command, env=environment, capture_output=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(params=[*NAMES, None], ids=[*map(str, range(len(NAMES))), "vendor"])
def written(request, tmp_path):
    """Writes a report of the prepared answers in a format."""

    def write(name):
        with Server(request.param or "mallory", vendor=request.param is None) as endpoint:
            return report(endpoint, name, tmp_path)

    return write


def check_sarif(text):
    schema = json.loads(SARIF.read_text())
    validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
    log = json.loads(text)
    assert [error.message for error in validator.iter_errors(log)] == []
    return log


def check_ocsf(text):
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.5.0")).get_class_schema("compliance_finding", ["cloud"])
    validator = jsonschema.Draft202012Validator(schema)
    events = json.loads(text)
    for event in events:
        assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(event)] == []
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    return events


def check_junit(text):
    schema = etree.XMLSchema(etree.parse(JUNIT))
    document = etree.fromstring(text)
    schema.assertValid(document)
    for suites in (document, *document.iter("testsuite")):
        cases = list(suites.iter("testcase"))
        assert suites.get("tests") == str(len(cases))
        assert suites.get("failures") == str(sum(case.find("failure") is not None for case in cases))
    return document


@pytest.mark.parametrize("name, check", [("sarif", check_sarif), ("ocsf", check_ocsf), ("junit", check_junit)])
def test_a_store_of_ours(name, check, tmp_path):
    """The sample account, imported and reported without a server."""

    def run(*arguments):
        command = [os.environ["RAMWARD_BIN"], *arguments, "--data", tmp_path / "data"]
        ended = subprocess.run(command, env={"HOME": str(tmp_path)}, capture_output=True, timeout=60)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    run("import", HERE.parents[1] / "examples/acme.json")
    text = run("report", "--local", "--account", "1234567890123456", "--format", name)
    check(text)
    assert b"heidi" in text


def test_sarif(written):
    log = check_sarif(written("sarif"))
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    for result in log["runs"][0]["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert (result["level"] != "none") == (result["kind"] == "fail")


def test_ocsf(written):
    assert check_ocsf(written("ocsf"))


def test_junit(written):
    assert check_junit(written("junit")).findall(".//testcase")


def test_csv_has_no_formula(written):
    rows = list(csv.reader(io.StringIO(written("csv").decode(), newline="")))
    assert len(rows) > 10
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r\n")]


class Page(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes, self.open = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.add(tag)
        self.attributes.update(name for name, _ in attributes)
        if tag not in ("meta", "br", "path", "circle", "polyline"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_whole_and_loads_nothing(written):
    page = Page(written("html").decode())
    assert page.open == []
    assert not page.elements & {"script", "img", "link", "iframe", "object", "embed", "form", "base"}
    assert not [name for name in page.attributes if name.startswith("on") or name in ("src", "href", "srcset")]


def test_a_schema_finds_what_is_wrong(written):
    """The validators are at work: what is broken on purpose does not pass."""
    log = json.loads(written("sarif"))
    del log["runs"][0]["results"][0]["message"]
    with pytest.raises(AssertionError):
        check_sarif(json.dumps(log))
    events = json.loads(written("ocsf"))
    del events[0]["compliance"]
    with pytest.raises(AssertionError):
        check_ocsf(json.dumps(events))
    with pytest.raises(etree.DocumentInvalid):
        check_junit(written("junit").replace(b"<testcase ", b"<testcase color='red' ", 1))
