"""The centre of it all: GetAccountSecurityPracticeReport, every field with its type."""

import re

import pytest
from clients import CLIENTS, Ims, ImsAsync
from program import ROOT_KEY

REQUEST_ID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
REPORT = "GetAccountSecurityPracticeReport"

# A new account: its root key is there, no device, no user, the default password policy. 45 by the score table.
FRESH = {
    "Score": 45,
    "AccountSecurityPracticeUserInfo": {
        "BindMfa": False,
        "OldAkNum": 0,
        "RootWithAccessKey": 1,
        "SubUser": 0,
        "SubUserBindMfa": 0,
        "SubUserPwdLevel": "low",
        "SubUserWithOldAccessKey": 0,
        "SubUserWithUnusedAccessKey": 0,
        "UnusedAkNum": 0,
    },
}


def test_of_a_fresh_account_and_after_its_first_user(kind, fresh):
    client = kind(fresh.host, ROOT_KEY)
    answer = client.call(REPORT, {})
    assert set(answer) == {"RequestId", "AccountSecurityPracticeInfo"}
    assert REQUEST_ID.fullmatch(answer["RequestId"])
    info = answer["AccountSecurityPracticeInfo"]
    assert info == FRESH
    # Equality takes True for 1 and 0.0 for 0; the wire does not.
    assert type(info["Score"]) is int
    for name, value in info["AccountSecurityPracticeUserInfo"].items():
        assert type(value) is type(FRESH["AccountSecurityPracticeUserInfo"][name]), name

    principal = f"first@{fresh.account_id}.onaliyun.com"
    client.call("CreateUser", {"UserPrincipalName": principal, "DisplayName": "first"})
    after = client.call(REPORT, {})["AccountSecurityPracticeInfo"]
    assert after["Score"] == 63
    assert after["AccountSecurityPracticeUserInfo"] == {
        **FRESH["AccountSecurityPracticeUserInfo"],
        "SubUser": 1,
    }


@pytest.mark.parametrize("kind", [Ims, ImsAsync], ids=lambda kind: kind.name)
def test_through_the_typed_model(kind, fresh):
    body = kind(fresh.host, ROOT_KEY).typed(REPORT, {})
    info = body.account_security_practice_info
    user = info.account_security_practice_user_info
    assert REQUEST_ID.fullmatch(body.request_id)
    assert (info.score, user.root_with_access_key, user.sub_user) == (45, 1, 0)
    assert (user.bind_mfa, user.sub_user_pwd_level) == (False, "low")
    assert (user.sub_user_bind_mfa, user.old_ak_num, user.unused_ak_num) == (0, 0, 0)
    assert (user.sub_user_with_old_access_key, user.sub_user_with_unused_access_key) == (0, 0)


def test_every_client_reads_the_same(server):
    answers = [client(server.host, ROOT_KEY).call(REPORT, {}) for client in CLIENTS]
    assert len({answer["RequestId"] for answer in answers}) == len(answers)
    reports = [answer["AccountSecurityPracticeInfo"] for answer in answers]
    assert all(report == reports[0] for report in reports)


@pytest.mark.parametrize("tail", ["", "/"])
def test_with_a_url_as_endpoint_which_is_then_signed_as_host(server, tail):
    client = Ims(server.endpoint + tail, ROOT_KEY)
    assert client.call(REPORT, {})["AccountSecurityPracticeInfo"]["Score"] >= 0
