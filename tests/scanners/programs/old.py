"""The vendor's Python SDKs of the generation before, with the vendor's own host names: each step's answer as JSON."""

import json
import os
import sys

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, RamRoleArnCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from aliyunsdkram.request.v20150501 import (
    AddUserToGroupRequest,
    AttachPolicyToUserRequest,
    CreateAccessKeyRequest,
    CreateGroupRequest,
    CreateUserRequest,
    DeleteAccessKeyRequest,
    DeleteGroupRequest,
    DeleteUserRequest,
    DetachPolicyFromUserRequest,
    ListGroupsForUserRequest,
    ListUsersRequest,
    RemoveUserFromGroupRequest,
)
from aliyunsdksts.request.v20150401 import AssumeRoleRequest, GetCallerIdentityRequest

account, role = sys.argv[1:]
NAME = "sdk-user"
UPN = f"{NAME}@{account}.onaliyun.com"
REGION = "cn-hangzhou"


def ask(client, module, **parameters):
    """A request of a product package: the class is named as its module."""
    request = getattr(module, module.__name__.rsplit(".", 1)[-1])()
    for name, value in parameters.items():
        getattr(request, f"set_{name}")(value)
    return json.loads(client.do_action_with_exception(request))


def ask_ims(client, action, **parameters):
    """There is no package of this generation for IMS 2019-08-15."""
    request = CommonRequest(domain="ims.aliyuncs.com", version="2019-08-15", action_name=action)
    request.set_protocol_type("https")
    request.set_method("POST")
    for name, value in parameters.items():
        request.add_query_param(name, value)
    return json.loads(client.do_action_with_exception(request))


def refusal(call):
    """Code and status of a call that must fail; this generation keeps nothing else."""
    try:
        call()
    except ServerException as error:
        return [error.get_error_code(), error.get_http_status()]
    return None


def sub_users(client):
    info = ask_ims(client, "GetAccountSecurityPracticeReport")["AccountSecurityPracticeInfo"]
    return info["AccountSecurityPracticeUserInfo"]["SubUser"]


def user_names(client):
    return sorted(user["UserName"] for user in ask(client, ListUsersRequest)["Users"]["User"])


key = AccessKeyCredential(os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"], os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"])
root = AcsClient(region_id=REGION, credential=key)
found = {}
caller = ask(root, GetCallerIdentityRequest)
found["identity"] = [caller["AccountId"], caller["IdentityType"]]
found["report"] = sub_users(root)
found["users"] = user_names(root)

ask(root, CreateUserRequest, UserName=NAME, DisplayName="SDK")
found["created"] = ask_ims(root, "GetUser", UserPrincipalName=UPN)["User"]["DisplayName"]
ask(root, CreateGroupRequest, GroupName=NAME)
ask(root, AddUserToGroupRequest, UserName=NAME, GroupName=NAME)
groups = ask(root, ListGroupsForUserRequest, UserName=NAME)["Groups"]["Group"]
found["groups"] = [group["GroupName"] for group in groups]
made = ask(root, CreateAccessKeyRequest, UserName=NAME)["AccessKey"]
mine = AccessKeyCredential(made["AccessKeyId"], made["AccessKeySecret"])
user = AcsClient(region_id=REGION, credential=mine)
found["refused"] = refusal(lambda: user_names(user))

attachment = {"PolicyType": "System", "PolicyName": "AliyunSTSAssumeRoleAccess", "UserName": NAME}
ask(root, AttachPolicyToUserRequest, **attachment)
assumed = ask(user, AssumeRoleRequest, RoleArn=role, RoleSessionName="by-hand")
found["assumed"] = assumed["AssumedRoleUser"]["Arn"]
parts = [assumed["Credentials"][name] for name in ("AccessKeyId", "AccessKeySecret", "SecurityToken")]
session = AcsClient(region_id=REGION, credential=StsTokenCredential(*parts))
found["session"] = ask(session, GetCallerIdentityRequest)["Arn"]

credential = RamRoleArnCredential(made["AccessKeyId"], made["AccessKeySecret"], role, "by-library")
library = AcsClient(region_id=REGION, credential=credential)
found["library"] = len(user_names(library))
found["library_report"] = sub_users(library)
found["session_refused"] = refusal(lambda: ask(library, CreateUserRequest, UserName="never"))

ask(root, DetachPolicyFromUserRequest, **attachment)
ask(root, RemoveUserFromGroupRequest, UserName=NAME, GroupName=NAME)
ask(root, DeleteGroupRequest, GroupName=NAME)
ask(root, DeleteAccessKeyRequest, UserName=NAME, UserAccessKeyId=made["AccessKeyId"])
ask(root, DeleteUserRequest, UserName=NAME)
found["left"] = user_names(root)
sys.stdout.write(json.dumps(found) + "\n")
