'use strict';
// The centre of it all: GetAccountSecurityPracticeReport, every field with its type.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { CLIENTS, Ims } = require('./clients');
const { ROOT_KEY, start } = require('./program');

const REPORT = 'GetAccountSecurityPracticeReport';
const REQUEST_ID = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;

// A new account: its root key is there, no device, no user, the default password policy. 45 by the score table.
const FRESH = {
  Score: 45,
  AccountSecurityPracticeUserInfo: {
    BindMfa: false,
    OldAkNum: 0,
    RootWithAccessKey: 1,
    SubUser: 0,
    SubUserBindMfa: 0,
    SubUserPwdLevel: 'low',
    SubUserWithOldAccessKey: 0,
    SubUserWithUnusedAccessKey: 0,
    UnusedAkNum: 0,
  },
};

// The same without the classes of a client's JSON reader; numbers and booleans stay what they are.
const plain = (value) => JSON.parse(JSON.stringify(value));

for (const Client of CLIENTS) {
  test(`${Client.title}: of a fresh account and after its first user`, async (t) => {
    const server = await start();
    t.after(() => server.stop());
    const client = new Client(server, ROOT_KEY);

    const answer = plain(await client.call(REPORT, {}));
    assert.deepEqual(Object.keys(answer).sort(), ['AccountSecurityPracticeInfo', 'RequestId']);
    assert.match(answer.RequestId, REQUEST_ID);
    assert.deepEqual(answer.AccountSecurityPracticeInfo, FRESH);

    const UserPrincipalName = `first@${server.accountId}.onaliyun.com`;
    await client.call('CreateUser', { UserPrincipalName, DisplayName: 'first' });
    const after = plain(await client.call(REPORT, {}));
    assert.deepEqual(after.AccountSecurityPracticeInfo, {
      Score: 63,
      AccountSecurityPracticeUserInfo: { ...FRESH.AccountSecurityPracticeUserInfo, SubUser: 1 },
    });
  });
}

test('ims20190815: through the typed model', async (t) => {
  const server = await start();
  t.after(() => server.stop());
  const body = await new Ims(server, ROOT_KEY).typed(REPORT, {});
  const info = body.accountSecurityPracticeInfo;
  const user = info.accountSecurityPracticeUserInfo;
  assert.match(body.requestId, REQUEST_ID);
  assert.deepEqual([info.score, user.rootWithAccessKey, user.subUser, user.subUserBindMfa], [45, 1, 0, 0]);
  assert.deepEqual([user.bindMfa, user.subUserPwdLevel], [false, 'low']);
  assert.deepEqual([user.oldAkNum, user.unusedAkNum], [0, 0]);
  assert.deepEqual([user.subUserWithOldAccessKey, user.subUserWithUnusedAccessKey], [0, 0]);
});
