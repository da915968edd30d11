"""The vendor's Python clients behind one call, each used as its own documentation shows.

Nothing here touches a request on the wire. `clock` and `nonce` replace the functions that the clients themselves
ask for the time and for a nonce.
"""

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import Optional

import aliyunsdkcore.utils.parameter_helper as core_parameters
from alibabacloud_ims20190815 import models as ims_models
from alibabacloud_ims20190815.client import Client as ImsClient
from alibabacloud_tea_openapi import models as openapi_models
from alibabacloud_tea_openapi.exceptions import ClientException, ServerException
from alibabacloud_tea_openapi.utils import Utils as OpenApiUtils
from aliyunsdkcore.acs_exception.exceptions import ServerException as CoreServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest, RpcRequest
from darabonba.runtime import RuntimeOptions

VERSION = "2019-08-15"


@dataclass
class Refusal:
    """What a client's own exception says."""

    code: str
    status: int
    request_id: str
    message: str
    data: Optional[dict] = field(default=None)


class Ims:
    """`alibabacloud-ims20190815`: typed models, V3 signature, POST with everything in the query."""

    name = "ims"
    wrong_secret = "SignatureDoesNotMatch"
    wrong_secret_message = (
        "Specified signature does not match our calculation. server StringToSign is [ACS3-HMAC-SHA256\n"
    )

    def __init__(self, endpoint: str, key: tuple):
        self.sdk = ImsClient(
            openapi_models.Config(endpoint=endpoint, protocol="HTTP", access_key_id=key[0], access_key_secret=key[1])
        )

    def typed(self, action: str, parameters: dict):
        """The generated method and request model of the action; its response body model."""
        method = getattr(self.sdk, re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower())
        model = getattr(ims_models, f"{action}Request", None)
        answer = method() if model is None else method(model().from_map(parameters))
        assert answer.status_code == 200
        return answer.body

    def call(self, action: str, parameters: dict) -> dict:
        return self.typed(action, parameters).to_map()

    def call_untyped(self, action: str) -> dict:
        """An action that the SDK has no method for, through the door that its methods use."""
        api = openapi_models.Params(
            action=action,
            version=VERSION,
            protocol="HTTPS",
            pathname="/",
            method="POST",
            auth_type="AK",
            style="RPC",
            req_body_type="formData",
            body_type="json",
        )
        return self.sdk.call_api(api, openapi_models.OpenApiRequest(), RuntimeOptions())

    def refusal(self, error: Exception) -> Refusal:
        assert type(error) is (ClientException if error.status_code < 500 else ServerException)
        return Refusal(error.code, error.status_code, error.request_id, error.message, error.data)

    @staticmethod
    def clock(monkeypatch, text: str) -> None:
        monkeypatch.setattr(OpenApiUtils, "get_timestamp", staticmethod(lambda: text))

    @staticmethod
    def nonce(monkeypatch, text: str) -> None:
        monkeypatch.setattr(OpenApiUtils, "get_nonce", staticmethod(lambda: text))


class ImsAsync(Ims):
    """The asynchronous half of the same SDK: another transport, which adds an unsigned Content-Type."""

    name = "ims-async"

    def typed(self, action: str, parameters: dict):
        method = getattr(self.sdk, re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower() + "_async")
        model = getattr(ims_models, f"{action}Request", None)
        answer = asyncio.run(method() if model is None else method(model().from_map(parameters)))
        assert answer.status_code == 200
        return answer.body


class Core:
    """`aliyun-python-sdk-core`, CommonRequest with GET: RPC 1.0 signature, everything in the query."""

    name = "core-get"
    method = "GET"
    version = VERSION
    wrong_secret = "SignatureDoesNotMatch"
    wrong_secret_message = "Specified signature is not matched with our calculation. server string to sign is:"

    def __init__(self, endpoint: str, key: tuple):
        self.endpoint = endpoint
        self.sdk = AcsClient(key[0], key[1], "cn-hangzhou")

    def request(self, action: str, parameters: dict) -> CommonRequest:
        request = CommonRequest(domain=self.endpoint, version=self.version, action_name=action)
        request.set_method(self.method)
        for name, value in parameters.items():
            request.add_query_param(name, value)
        return request

    def call(self, action: str, parameters: dict) -> dict:
        return json.loads(self.sdk.do_action_with_exception(self.request(action, parameters)))

    def call_untyped(self, action: str) -> dict:
        return self.call(action, {})

    def refusal(self, error: Exception) -> Refusal:
        assert type(error) is CoreServerException
        return Refusal(error.get_error_code(), error.get_http_status(), error.get_request_id(), error.get_error_msg())

    @staticmethod
    def clock(monkeypatch, text: str) -> None:
        monkeypatch.setattr(core_parameters, "get_iso_8061_date", lambda: text)

    @staticmethod
    def nonce(monkeypatch, text: str) -> None:
        monkeypatch.setattr(core_parameters, "get_uuid", lambda: text)


class CorePost(Core):
    """The same with POST: still everything in the query, the body empty."""

    name = "core-post"
    method = "POST"


class CoreForm(Core):
    """POST with the business parameters in a form body and the signing parameters in the query."""

    name = "core-form"
    method = "POST"

    def request(self, action: str, parameters: dict) -> CommonRequest:
        request = super().request(action, {})
        for name, value in parameters.items():
            request.add_body_params(name, value)
        return request


class CoreRpc(Core):
    """The request class under the product packages, without one of them."""

    name = "core-rpc"
    # It knows its own string to sign, finds it in the refusal, and concludes that the secret is wrong; a refusal
    # without the string, or with a colon too many, would end as SignatureDoesNotMatch or in an IndexError.
    wrong_secret = "InvalidAccessKeySecret"
    wrong_secret_message = "The AccessKeySecret is incorrect."

    def request(self, action: str, parameters: dict) -> RpcRequest:
        request = RpcRequest("Ims", self.version, action)
        request.set_endpoint(self.endpoint)
        request.set_protocol_type("http")
        request.set_method(self.method)
        for name, value in parameters.items():
            request.add_query_param(name, value)
        return request


CLIENTS = [Ims, ImsAsync, Core, CorePost, CoreForm, CoreRpc]
