# pip install aliyun-python-sdk-core
import json
import os

from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

client = AcsClient(os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"], os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"])
request = CommonRequest(domain="127.0.0.1:8686", version="2019-08-15", action_name="GetAccountSecurityPracticeReport")
info = json.loads(client.do_action_with_exception(request))["AccountSecurityPracticeInfo"]
print("Score", info["Score"])
print("Users", info["AccountSecurityPracticeUserInfo"]["SubUser"])
