// npm install @alicloud/ims20190815
const { default: Client } = require('@alicloud/ims20190815');
const { $OpenApiUtil } = require('@alicloud/openapi-core');

const client = new Client(new $OpenApiUtil.Config({
  endpoint: '127.0.0.1:8686',
  protocol: 'http',
  accessKeyId: process.env.ALIBABA_CLOUD_ACCESS_KEY_ID,
  accessKeySecret: process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
}));
client.getAccountSecurityPracticeReport().then(({ body }) => {
  const info = body.accountSecurityPracticeInfo;
  console.log('Score', info.score);
  console.log('Users', info.accountSecurityPracticeUserInfo.subUser);
});
