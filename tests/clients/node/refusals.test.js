'use strict';
// What is wrong reaches the caller as the client's own error with the vendor's code, status and RequestId.

const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const { after, before, describe, test } = require('node:test');

const { CLIENTS } = require('./clients');
const { ROOT_KEY, start } = require('./program');

const REPORT = 'GetAccountSecurityPracticeReport';
const REQUEST_ID = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;
const MINUTE = 60_000;

// The call fails as this client fails: its class, code, status, RequestId, and a text that matches.
async function refused(client, call, code, status, message) {
  const error = await call().then(() => assert.fail(`no error, expected ${code}`), (caught) => caught);
  if (error instanceof assert.AssertionError) throw error;
  assert.equal(error.code, code, error.stack);
  const refusal = client.refusal(error);
  assert.equal(refusal.status, status);
  assert.match(refusal.requestId, REQUEST_ID);
  assert.match(refusal.message, message);
  assert.ok(refusal.data.HostId);
  // To the error centre of the very server, whatever the client does with links.
  assert.match(refusal.data.Recommend, new RegExp(`^http://127\\.0\\.0\\.1:\\d+/console/errors\\?q=${code}&.*requestId=${refusal.requestId}$`));
}

for (const Client of CLIENTS) {
  describe(Client.title, () => {
    let server;
    let root;
    before(async () => {
      server = await start();
      root = new Client(server, ROOT_KEY);
    });
    after(() => server.stop());

    const someone = () => `u-${randomUUID()}@${server.accountId}.onaliyun.com`;

    test('wrong secret', async () => {
      const client = new Client(server, { id: ROOT_KEY.id, secret: 'wrong' });
      await refused(client, () => client.call(REPORT, {}), 'SignatureDoesNotMatch', 400, Client.wrongSecret);
    });

    test('unknown key', async () => {
      const client = new Client(server, { id: 'LTAI5tNobodyHasThisKeyId', secret: ROOT_KEY.secret });
      const message = /Specified access key is not found\./;
      await refused(client, () => client.call(REPORT, {}), 'InvalidAccessKeyId.NotFound', 404, message);
    });

    test('inactive key and the key of a user', async () => {
      const UserPrincipalName = someone();
      await root.call('CreateUser', { UserPrincipalName, DisplayName: 'keys' });
      const { AccessKey } = await root.call('CreateAccessKey', { UserPrincipalName });
      assert.equal(AccessKey.Status, 'Active');
      const user = new Client(server, { id: AccessKey.AccessKeyId, secret: AccessKey.AccessKeySecret });

      // The key is good, its user may not do this.
      const create = () => user.call('CreateUser', { UserPrincipalName: someone(), DisplayName: 'other' });
      await refused(user, create, 'NoPermission', 403, /You are not authorized to do this action\./);

      const key = { UserPrincipalName, UserAccessKeyId: AccessKey.AccessKeyId };
      await root.call('UpdateAccessKey', { ...key, Status: 'Inactive' });
      await refused(user, create, 'InvalidAccessKeyId.Inactive', 400, /Specified access key is disabled\./);

      await root.call('UpdateAccessKey', { ...key, Status: 'Active' });
      await refused(user, create, 'NoPermission', 403, /not authorized/);
    });

    for (const minutes of [-16, 16]) {
      test(`expired time, ${minutes} minutes`, async (t) => {
        Client.clock(t, new Date(Date.now() + minutes * MINUTE));
        const message = /Specified time stamp or date value is expired\./;
        await refused(root, () => root.call(REPORT, {}), 'InvalidTimeStamp.Expired', 400, message);
      });
    }

    for (const minutes of [-14, 14]) {
      test(`a clock that is ${minutes} minutes off is fine`, async (t) => {
        Client.clock(t, new Date(Date.now() + minutes * MINUTE));
        assert.match((await root.call(REPORT, {})).RequestId, REQUEST_ID);
      });
    }

    test('replayed nonce', async (t) => {
      Client.nonce(t, randomUUID());
      assert.match((await root.call(REPORT, {})).RequestId, REQUEST_ID);
      const message = /Specified signature nonce was used already\./;
      await refused(root, () => root.call(REPORT, {}), 'SignatureNonceUsed', 400, message);
      // A nonce is burnt whatever it is sent with.
      await refused(root, () => root.call('ListUsers', {}), 'SignatureNonceUsed', 400, message);
    });

    test('a refused signature burns no nonce', async (t) => {
      Client.nonce(t, randomUUID());
      const forger = new Client(server, { id: ROOT_KEY.id, secret: 'wrong' });
      await refused(forger, () => forger.call(REPORT, {}), 'SignatureDoesNotMatch', 400, Client.wrongSecret);
      assert.match((await root.call(REPORT, {})).RequestId, REQUEST_ID);
    });

    test('missing parameter', async () => {
      const message = /UserPrincipalName is mandatory for this action\./;
      const nameless = () => root.call('CreateUser', { DisplayName: 'nameless' });
      await refused(root, nameless, 'MissingUserPrincipalName', 400, message);
    });

    test('unknown action', async () => {
      const message = /Specified api is not found, please check your url and method\./;
      await refused(root, () => root.callUntyped('MakeMeSafe'), 'InvalidAction.NotFound', 404, message);
    });

    test('unknown user', async () => {
      const nobody = () => root.call('GetUser', { UserPrincipalName: someone() });
      await refused(root, nobody, 'EntityNotExist.User', 404, /./);
    });
  });
}
