// npm install @alicloud/pop-core
const Client = require('@alicloud/pop-core');

const client = new Client({
  endpoint: 'http://127.0.0.1:8686',
  apiVersion: '2019-08-15',
  accessKeyId: process.env.ALIBABA_CLOUD_ACCESS_KEY_ID,
  accessKeySecret: process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
});
client.request('GetAccountSecurityPracticeReport').then(({ AccountSecurityPracticeInfo: info }) => {
  console.log('Score', info.Score);
  console.log('Users', info.AccountSecurityPracticeUserInfo.SubUser);
});
