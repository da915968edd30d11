"""What is wrong reaches the caller as the client's own exception with the vendor's code, status and RequestId."""

import re
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from clients import Ims
from program import ROOT_KEY

REQUEST_ID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
REPORT = "GetAccountSecurityPracticeReport"


def refused(client, call, code, status, message):
    """The call fails as this client fails: its class, code, status, RequestId, and a text that holds the message."""
    with pytest.raises(Exception) as caught:
        call()
    refusal = client.refusal(caught.value)
    assert (refusal.code, refusal.status) == (code, status)
    assert REQUEST_ID.fullmatch(refusal.request_id)
    assert message in refusal.message
    if isinstance(client, Ims):
        # This SDK hands over the whole envelope.
        assert refusal.data["RequestId"] == refusal.request_id
        assert refusal.data["HostId"]
        assert refusal.data["Recommend"].startswith("http://127.0.0.1:")
        assert "/console/errors?q=" in refusal.data["Recommend"]
    return refusal


def principal(server, kind):
    return f"{kind.name}-{uuid.uuid4().hex[:12]}@{server.account_id}.onaliyun.com"


def test_wrong_secret(kind, server):
    client = kind(server.host, (ROOT_KEY[0], ROOT_KEY[1][::-1]))
    refused(client, lambda: client.call(REPORT, {}), client.wrong_secret, 400, client.wrong_secret_message)


def test_wrong_secret_with_awkward_parameters(kind, server):
    # The client compares the string to sign of the refusal with its own, so the two encodings must agree.
    client = kind(server.host, (ROOT_KEY[0], "wrong"))
    parameters = {
        "UserPrincipalName": principal(server, kind),
        "DisplayName": "a: b*~+%/=&!'()<>\"中🙂",
        "Comments": "",
    }
    refused(client, lambda: client.call("CreateUser", parameters), client.wrong_secret, 400, "")


def test_unknown_key(kind, server):
    client = kind(server.host, ("LTAI5tNobodyHasThisKeyId", ROOT_KEY[1]))
    message = "Specified access key is not found."
    refused(client, lambda: client.call(REPORT, {}), "InvalidAccessKeyId.NotFound", 404, message)


def test_inactive_key_and_the_key_of_a_user(kind, root, server):
    name = principal(server, kind)
    root.call("CreateUser", {"UserPrincipalName": name, "DisplayName": "keys"})
    key = root.call("CreateAccessKey", {"UserPrincipalName": name})["AccessKey"]
    assert key["Status"] == "Active"
    user = kind(server.host, (key["AccessKeyId"], key["AccessKeySecret"]))

    # The key is good, its user may not do this.
    other = {"UserPrincipalName": principal(server, kind), "DisplayName": "other"}
    message = "You are not authorized to do this action."
    refused(user, lambda: user.call("CreateUser", other), "NoPermission", 403, message)

    status = {"UserPrincipalName": name, "UserAccessKeyId": key["AccessKeyId"]}
    root.call("UpdateAccessKey", {**status, "Status": "Inactive"})
    message = "Specified access key is disabled."
    refused(user, lambda: user.call("CreateUser", other), "InvalidAccessKeyId.Inactive", 400, message)

    root.call("UpdateAccessKey", {**status, "Status": "Active"})
    refused(user, lambda: user.call("CreateUser", other), "NoPermission", 403, "")


@pytest.mark.parametrize("minutes", [-16, 16])
def test_expired_time(root, monkeypatch, minutes):
    instant = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    root.clock(monkeypatch, instant.strftime("%Y-%m-%dT%H:%M:%SZ"))
    message = "Specified time stamp or date value is expired."
    refused(root, lambda: root.call(REPORT, {}), "InvalidTimeStamp.Expired", 400, message)


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_clock_that_is_a_little_off_is_fine(root, monkeypatch, minutes):
    instant = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    root.clock(monkeypatch, instant.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert root.call(REPORT, {})["RequestId"]


def test_replayed_nonce(root, monkeypatch):
    root.nonce(monkeypatch, uuid.uuid4().hex)
    assert root.call(REPORT, {})["RequestId"]
    message = "Specified signature nonce was used already."
    refused(root, lambda: root.call(REPORT, {}), "SignatureNonceUsed", 400, message)
    # A nonce is burnt whatever it is sent with.
    refused(root, lambda: root.call("ListUsers", {}), "SignatureNonceUsed", 400, message)


def test_a_refused_signature_burns_no_nonce(kind, root, server, monkeypatch):
    root.nonce(monkeypatch, uuid.uuid4().hex)
    forger = kind(server.host, (ROOT_KEY[0], "wrong"))
    refused(forger, lambda: forger.call(REPORT, {}), forger.wrong_secret, 400, "")
    assert root.call(REPORT, {})["RequestId"]


def test_missing_parameter(root):
    message = "UserPrincipalName is mandatory for this action."
    nameless = {"DisplayName": "nameless"}
    refused(root, lambda: root.call("CreateUser", nameless), "MissingUserPrincipalName", 400, message)


def test_unknown_action(root):
    message = "Specified api is not found, please check your url and method."
    refused(root, lambda: root.call_untyped("MakeMeSafe"), "InvalidAction.NotFound", 404, message)


def test_unknown_user(root, server, kind):
    nobody = {"UserPrincipalName": principal(server, kind)}
    refused(root, lambda: root.call("GetUser", nobody), "EntityNotExist.User", 404, "")
