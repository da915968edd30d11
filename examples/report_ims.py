# pip install alibabacloud-ims20190815
import os

from alibabacloud_ims20190815.client import Client
from alibabacloud_tea_openapi.models import Config

client = Client(
    Config(
        endpoint="127.0.0.1:8686",
        protocol="HTTP",
        access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
    )
)
info = client.get_account_security_practice_report().body.account_security_practice_info
print("Score", info.score)
print("Users", info.account_security_practice_user_info.sub_user)
