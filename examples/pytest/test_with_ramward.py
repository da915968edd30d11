"""What tests with the fixtures of `conftest.py` look like. Run with `pytest examples/pytest`."""

# pip install pytest alibabacloud-ims20190815
import json

import pytest
from alibabacloud_ims20190815 import models
from alibabacloud_ims20190815.client import Client
from alibabacloud_tea_openapi.models import Config


@pytest.fixture
def ims(ramward):
    """The vendor's client as root of the account."""
    return Client(
        Config(
            endpoint=ramward["Endpoint"].removeprefix("http://"),
            protocol="HTTP",
            access_key_id=ramward["AccessKeyId"],
            access_key_secret=ramward["AccessKeySecret"],
        )
    )


def create_alice(ims, ramward):
    name = f"alice@{ramward['AccountId']}.onaliyun.com"
    ims.create_user(models.CreateUserRequest(user_principal_name=name, display_name="Alice"))


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_test_begins_with_a_new_account(ims, ramward, time):
    assert ims.list_users(models.ListUsersRequest()).body.users.user == []
    create_alice(ims, ramward)


def test_a_key_grows_old(ims, operate):
    operate("clock", "advance", "91d")
    info = ims.get_account_security_practice_report().body.account_security_practice_info
    assert info.account_security_practice_user_info.old_ak_num == 1


def test_a_call_that_is_throttled(ims, operate):
    operate("fault", "set", "busy", "throttling", "--operation", "ListUsers", "--count", "1")
    with pytest.raises(Exception, match="Throttling") as refused:
        ims.list_users(models.ListUsersRequest())
    request_id = refused.value.data["RequestId"]
    seen = json.loads(operate("requests", "--request-id", request_id, "--output", "json"))
    assert (seen["RefusedAt"], seen["FaultName"]) == ("Fault", "busy")
    ims.list_users(models.ListUsersRequest())


def test_back_to_a_snapshot(ims, ramward, operate):
    operate("snapshot", "save", "empty")
    create_alice(ims, ramward)
    operate("snapshot", "load", "empty")
    assert ims.list_users(models.ListUsersRequest()).body.users.user == []
