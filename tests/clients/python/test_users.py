"""Users through each client: awkward characters survive the way in and out, and a page at a time is the whole."""

import pytest
from clients import CLIENTS, Ims
from program import ROOT_KEY, Program

# Each is awkward to one of: the four encodings on the wire, the strict encoding that is signed, JSON, a terminal.
AWKWARD = [
    "a b",
    " first and last ",
    "*",
    "~",
    "+",
    "1+1 = 2",
    "%",
    "100% %20 %2B %zz",
    "a/b//c",
    "k=v&x=y",
    "!'()",
    '<b>&amp;"q"</b>',
    "back\\slash",
    "a;b,c:d?e#f[g]@h$i^j",
    "`{|}`",
    "中文显示名",
    "Ünïcödé İß",
    "عربى 한글",
    "🙂👩‍👩‍👧🇨🇳",
    "null",
    "True",
    "-._~ *+%/=&!'()<>\"é🙂",
]


def principal(program, name):
    return f"{name}@{program.account_id}.onaliyun.com"


@pytest.mark.parametrize("text", AWKWARD, ids=range(len(AWKWARD)))
def test_awkward_display_names_and_comments_read_back_equal_by_every_client(kind, root, server, text):
    name = principal(server, f"{kind.name}-{AWKWARD.index(text)}")
    created = root.call("CreateUser", {"UserPrincipalName": name, "DisplayName": text, "Comments": text})["User"]
    assert (created["UserPrincipalName"], created["DisplayName"], created["Comments"]) == (name, text, text)
    for reader in CLIENTS:
        user = reader(server.host, ROOT_KEY).call("GetUser", {"UserPrincipalName": name})["User"]
        assert (user["UserPrincipalName"], user["DisplayName"], user["Comments"]) == (name, text, text)
        assert user["UserId"] == created["UserId"]


def test_an_empty_comment_is_signed_and_is_no_comment(kind, root, server):
    name = principal(server, f"{kind.name}-empty")
    root.call("CreateUser", {"UserPrincipalName": name, "DisplayName": "empty", "Comments": ""})
    user = root.call("GetUser", {"UserPrincipalName": name})["User"]
    assert user.get("Comments", "") == ""


def test_every_character_of_a_user_name(kind, root, server):
    name = principal(server, f"aZ09.-_{kind.name}")
    root.call("CreateUser", {"UserPrincipalName": name, "DisplayName": "plain"})
    assert root.call("GetUser", {"UserPrincipalName": name})["User"]["UserPrincipalName"] == name


def test_pages_hold_every_user_once(kind, fresh):
    client = kind(fresh.host, ROOT_KEY)
    names = {principal(fresh, f"user-{number}") for number in range(7)}
    for name in sorted(names, reverse=True):
        client.call("CreateUser", {"UserPrincipalName": name, "DisplayName": name.split("@")[0]})
    pages, asked = [], {"MaxItems": 3}
    while True:
        answer = client.call("ListUsers", asked)
        pages.append([user["UserPrincipalName"] for user in answer["Users"]["User"]])
        assert answer["IsTruncated"] is (len(pages) < 3)
        if not answer["IsTruncated"]:
            break
        asked = {"MaxItems": 3, "Marker": answer["Marker"]}
    assert [len(page) for page in pages] == [3, 3, 1]
    assert {name for page in pages for name in page} == names
    assert not answer.get("Marker")


def test_a_page_that_nobody_sized_holds_a_hundred_basic_infos(fresh):
    client = Ims(fresh.host, ROOT_KEY)
    names = {principal(fresh, f"user-{number:03}") for number in range(101)}
    for name in names:
        client.call("CreateUser", {"UserPrincipalName": name, "DisplayName": "one of many"})
    first = client.call("ListUserBasicInfos", {})
    assert first["IsTruncated"] is True
    rest = client.call("ListUserBasicInfos", {"Marker": first["Marker"]})
    assert rest["IsTruncated"] is False
    pages = [answer["UserBasicInfos"]["UserBasicInfo"] for answer in (first, rest)]
    assert [len(page) for page in pages] == [100, 1]
    assert {user["UserPrincipalName"] for page in pages for user in page} == names


def test_no_user_is_an_empty_list(kind, fresh):
    answer = kind(fresh.host, ROOT_KEY).call("ListUsers", {})
    assert answer["Users"]["User"] == []
    assert answer["IsTruncated"] is False


def test_users_and_burnt_nonces_outlive_the_program(kind, tmp_path, monkeypatch):
    data = tmp_path / "data"
    first = Program(data)
    name = principal(first, "kept")
    try:
        client = kind(first.host, ROOT_KEY)
        with monkeypatch.context() as patch:
            client.nonce(patch, "used-before-the-restart")
            client.call("CreateUser", {"UserPrincipalName": name, "DisplayName": "kept", "Comments": "🙂"})
    finally:
        first.stop()
    second = Program(data)
    try:
        client = kind(second.host, ROOT_KEY)
        user = client.call("GetUser", {"UserPrincipalName": name})["User"]
        assert (user["DisplayName"], user["Comments"]) == ("kept", "🙂")
        with monkeypatch.context() as patch:
            client.nonce(patch, "used-before-the-restart")
            with pytest.raises(Exception) as caught:
                client.call("GetUser", {"UserPrincipalName": name})
        assert client.refusal(caught.value).code == "SignatureNonceUsed"
    finally:
        second.stop()
