"""The vendor's Python SDKs of today, with the vendor's own host names: what each step answered, as one JSON line."""

import json
import sys

from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_credentials.models import Config as CredentialsConfig
from alibabacloud_ims20190815 import models as ims
from alibabacloud_ims20190815.client import Client as Ims
from alibabacloud_ram20150501 import models as ram
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_sts20150401 import models as sts
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config

account, role = sys.argv[1:]
NAME = "sdk-user"
UPN = f"{NAME}@{account}.onaliyun.com"
root = Credentials()


def clients(credential):
    """One client of each product."""
    return (
        Ram(Config(credential=credential, endpoint="ram.aliyuncs.com")),
        Ims(Config(credential=credential, region_id="cn-hangzhou")),
        Sts(Config(credential=credential, region_id="cn-hangzhou")),
    )


def refusal(call):
    """Code and status of a call that must fail."""
    try:
        call()
    except ClientException as error:
        detail = error.access_denied_detail or {}
        return [error.code, error.status_code, "EncodedDiagnosticMessage" in detail]
    return None


def user_names(client):
    return sorted(user.user_name for user in client.list_users(ram.ListUsersRequest()).body.users.user)


found = {}
RAM, IMS, STS = clients(root)
caller = STS.get_caller_identity().body
found["identity"] = [caller.account_id, caller.identity_type]
found["report"] = IMS.get_account_security_practice_report().body.account_security_practice_info
found["report"] = found["report"].account_security_practice_user_info.sub_user
found["users"] = user_names(RAM)

RAM.create_user(ram.CreateUserRequest(user_name=NAME, display_name="SDK"))
found["created"] = IMS.get_user(ims.GetUserRequest(user_principal_name=UPN)).body.user.display_name
RAM.create_group(ram.CreateGroupRequest(group_name=NAME))
RAM.add_user_to_group(ram.AddUserToGroupRequest(user_name=NAME, group_name=NAME))
groups = RAM.list_groups_for_user(ram.ListGroupsForUserRequest(user_name=NAME)).body.groups.group
found["groups"] = [group.group_name for group in groups]
key = RAM.create_access_key(ram.CreateAccessKeyRequest(user_name=NAME)).body.access_key
mine = Credentials(
    CredentialsConfig(type="access_key", access_key_id=key.access_key_id, access_key_secret=key.access_key_secret)
)
user_ram, _, user_sts = clients(mine)
found["refused"] = refusal(lambda: user_ram.list_users(ram.ListUsersRequest()))

attachment = {"policy_type": "System", "policy_name": "AliyunSTSAssumeRoleAccess", "user_name": NAME}
RAM.attach_policy_to_user(ram.AttachPolicyToUserRequest(**attachment))
assumed = user_sts.assume_role(sts.AssumeRoleRequest(role_arn=role, role_session_name="by-hand")).body
found["assumed"] = assumed.assumed_role_user.arn
session = Credentials(
    CredentialsConfig(
        type="sts",
        access_key_id=assumed.credentials.access_key_id,
        access_key_secret=assumed.credentials.access_key_secret,
        security_token=assumed.credentials.security_token,
    )
)
found["session"] = clients(session)[2].get_caller_identity().body.arn

library = Credentials(
    CredentialsConfig(
        type="ram_role_arn",
        access_key_id=key.access_key_id,
        access_key_secret=key.access_key_secret,
        role_arn=role,
        role_session_name="by-library",
    )
)
by_library = clients(library)
found["library"] = len(user_names(by_library[0]))
report = by_library[1].get_account_security_practice_report().body.account_security_practice_info
found["library_report"] = report.account_security_practice_user_info.sub_user
found["session_refused"] = refusal(lambda: by_library[0].create_user(ram.CreateUserRequest(user_name="never")))

RAM.detach_policy_from_user(ram.DetachPolicyFromUserRequest(**attachment))
RAM.remove_user_from_group(ram.RemoveUserFromGroupRequest(user_name=NAME, group_name=NAME))
RAM.delete_group(ram.DeleteGroupRequest(group_name=NAME))
RAM.delete_access_key(ram.DeleteAccessKeyRequest(user_name=NAME, user_access_key_id=key.access_key_id))
RAM.delete_user(ram.DeleteUserRequest(user_name=NAME))
found["left"] = user_names(RAM)
sys.stdout.write(json.dumps(found) + "\n")
