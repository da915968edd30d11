"""The vendor's Python clients, new and old, with the hosts that are built into them: through the CONNECT door with the
certificate checked, and in the surroundings that `ramward exec` makes."""

import json
import os
import subprocess
import sys

import pytest
from alibabacloud_ims20190815.client import Client as ImsClient
from alibabacloud_tea_openapi import models as openapi_models
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from program import ROOT_KEY, Program, binary

USERS = 1


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    """A program with a CONNECT door and one user."""
    program = Program(tmp_path_factory.mktemp("doors") / "data", "--proxy-listen", "127.0.0.1:0")
    core = AcsClient(*ROOT_KEY, "cn-hangzhou")
    request = CommonRequest(domain=program.host, version="2019-08-15", action_name="CreateUser")
    request.add_query_param("UserPrincipalName", f"alice@{program.account_id}.onaliyun.com")
    request.add_query_param("DisplayName", "Alice")
    core.do_action_with_exception(request)
    yield program
    program.stop()


def new_sdk(**config):
    return ImsClient(openapi_models.Config(access_key_id=ROOT_KEY[0], access_key_secret=ROOT_KEY[1], **config))


def test_todays_sdk_at_its_own_host(doors):
    client = new_sdk(region_id="cn-hangzhou", https_proxy=doors.proxy, ca=doors.ca_file)
    info = client.get_account_security_practice_report().body.account_security_practice_info
    assert info.account_security_practice_user_info.sub_user == USERS


def test_todays_sdk_trusts_nobody_unasked(doors):
    client = new_sdk(region_id="cn-hangzhou", https_proxy=doors.proxy)
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        client.get_account_security_practice_report()


@pytest.mark.parametrize("protocol", ["https", "http"])
@pytest.mark.parametrize(
    ("host", "version", "action", "member"),
    [
        ("ims.aliyuncs.com", "2019-08-15", "GetAccountSecurityPracticeReport", "AccountSecurityPracticeInfo"),
        ("sts.cn-beijing.aliyuncs.com", "2015-04-01", "GetCallerIdentity", "AccountId"),
    ],
)
def test_the_core_sdk_at_hosts_of_the_vendor(doors, monkeypatch, protocol, host, version, action, member):
    for name in ("HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, doors.proxy)
    client = AcsClient(*ROOT_KEY, "cn-hangzhou", verify=doors.ca_file)
    request = CommonRequest(domain=host, version=version, action_name=action)
    request.set_protocol_type(protocol)
    assert member in json.loads(client.do_action_with_exception(request))


REPORT = """
from alibabacloud_ims20190815.client import Client
from alibabacloud_tea_openapi.models import Config
from alibabacloud_credentials.client import Client as Credentials
client = Client(Config(credential=Credentials(), region_id="cn-hangzhou"))
print(client.get_account_security_practice_report().body.account_security_practice_info.score)
"""

# It trusts a proxy only through the list that it brings, so no proxy serves it. Nobody has that role: what counts is
# that the refusal is the server's own.
ROLE = """
import os
from alibabacloud_credentials.provider import RamRoleArnCredentialsProvider, StaticAKCredentialsProvider
key = StaticAKCredentialsProvider(
    access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
    access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
)
provider = RamRoleArnCredentialsProvider(
    credentials_provider=key,
    role_arn="acs:ram::1234567890123456:role/nobody",
    role_session_name="test",
    sts_region_id="cn-shanghai",
)
try:
    provider.get_credentials()
except Exception as error:
    print("RequestId" in str(error), "CERTIFICATE" in str(error))
"""


@pytest.mark.parametrize(("script", "said"), [(REPORT, "45\n"), (ROLE, "True False\n")], ids=["report", "role"])
def test_in_a_network_of_its_own_nothing_is_told_to_the_sdk(tmp_path, script, said):
    """Its host, its checks of certificates and its chain of credentials, all as they are without any argument."""
    run = subprocess.run(
        [binary(), "exec", "--own", "--isolated", "--", sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    # What the system allows, asked of a program that is not under test.
    is_possible = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "--net", "true"]).returncode == 0
    if is_possible:
        assert (run.returncode, run.stdout) == (0, said), run.stderr
    else:
        assert run.returncode == 2
        assert "--isolated is not possible here" in run.stderr
