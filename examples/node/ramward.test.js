'use strict';
// What tests with ramward.js look like. Run with `node --test examples/node`.
// npm install @alicloud/pop-core
const assert = require('node:assert/strict');
const { after, before, beforeEach, test } = require('node:test');
const Client = require('@alicloud/pop-core');
const { start } = require('./ramward.js');

let ramward;
let ims;

before(async () => {
  ramward = await start('--virtual-clock', '--fault-injection');
  ims = new Client({
    endpoint: ramward.Endpoint,
    apiVersion: '2019-08-15',
    accessKeyId: ramward.AccessKeyId,
    accessKeySecret: ramward.AccessKeySecret,
  });
});
beforeEach(() => ramward.reset());
after(() => ramward.stop());

for (const time of ['first', 'second']) {
  test(`every test begins with a new account, the ${time} one`, async () => {
    assert.deepEqual((await ims.request('ListUsers')).Users.User, []);
    const name = `alice@${ramward.AccountId}.onaliyun.com`;
    await ims.request('CreateUser', { UserPrincipalName: name, DisplayName: 'Alice' });
  });
}

test('a key grows old', async () => {
  ramward.operate('clock', 'advance', '91d');
  const { AccountSecurityPracticeInfo: info } = await ims.request('GetAccountSecurityPracticeReport');
  assert.equal(info.AccountSecurityPracticeUserInfo.OldAkNum, 1);
});

test('a server that fails for a moment', async () => {
  ramward.operate('fault', 'set', 'down', 'service-unavailable', '--operation', 'ListUsers', '--count', '1');
  await assert.rejects(ims.request('ListUsers'), { code: 'ServiceUnavailable' });
  await ims.request('ListUsers');
});
