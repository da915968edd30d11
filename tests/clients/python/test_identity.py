"""Who a key belongs to, asked of STS with the request class that knows no product."""

import uuid

import pytest
from clients import Core, CoreForm, CorePost, CoreRpc
from program import ROOT_KEY

CORES = [Core, CorePost, CoreForm, CoreRpc]


def sts(kind, server, key):
    client = kind(server.host, key)
    client.version = "2015-04-01"
    return client


@pytest.mark.parametrize("kind", CORES, ids=lambda kind: kind.name)
def test_root_and_a_user_are_told_who_they_are(kind, server):
    account = server.account_id
    identity = sts(kind, server, ROOT_KEY).call("GetCallerIdentity", {})
    assert (identity["IdentityType"], identity["AccountId"]) == ("Account", account)
    assert identity["Arn"] == f"acs:ram::{account}:root"

    root = kind(server.host, ROOT_KEY)
    user_name = f"who-{uuid.uuid4().hex[:12]}"
    name = f"{user_name}@{account}.onaliyun.com"
    user = root.call("CreateUser", {"UserPrincipalName": name, "DisplayName": "who"})["User"]
    key = root.call("CreateAccessKey", {"UserPrincipalName": name})["AccessKey"]
    identity = sts(kind, server, (key["AccessKeyId"], key["AccessKeySecret"])).call("GetCallerIdentity", {})
    assert (identity["IdentityType"], identity["AccountId"]) == ("RAMUser", account)
    assert (identity["UserId"], identity["Arn"]) == (user["UserId"], f"acs:ram::{account}:user/{user_name}")
