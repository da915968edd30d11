'use strict';
// Users through each client: awkward characters survive the way in and out, and the pages together are the whole.

const assert = require('node:assert/strict');
const { after, before, describe, test } = require('node:test');

const { CLIENTS } = require('./clients');
const { ROOT_KEY, start } = require('./program');

// Each is awkward to one of: the encodings on the wire, the strict encoding that is signed, JSON, a terminal.
const AWKWARD = [
  'a b',
  ' first and last ',
  '*',
  '~',
  '+',
  '1+1 = 2',
  '%',
  '100% %20 %2B %zz',
  'a/b//c',
  'k=v&x=y',
  "!'()",
  '<b>&amp;"q"</b>',
  'back\\slash',
  'a;b,c:d?e#f[g]@h$i^j',
  '`{|}`',
  '中文显示名',
  'Ünïcödé İß',
  'عربى 한글',
  '🙂👩‍👩‍👧🇨🇳',
  'null',
  'undefined',
  'true',
  '-._~ *+%/=&!\'()<>"é🙂',
];

const principal = (server, name) => `${name}@${server.accountId}.onaliyun.com`;

for (const Client of CLIENTS) {
  const name = (tail) => `${Client.title.replace(/\W/g, '')}-${tail}`;

  describe(Client.title, () => {
    let server;
    before(async () => { server = await start(); });
    after(() => server.stop());

    for (const [number, text] of AWKWARD.entries()) {
      test(`${JSON.stringify(text)} reads back equal by every client`, async () => {
        const client = new Client(server, ROOT_KEY);
        const UserPrincipalName = principal(server, name(number));
        const created = await client.call('CreateUser', { UserPrincipalName, DisplayName: text, Comments: text });
        assert.equal(created.User.DisplayName, text);
        assert.equal(created.User.Comments, text);
        for (const Reader of CLIENTS) {
          const { User } = await new Reader(server, ROOT_KEY).call('GetUser', { UserPrincipalName });
          assert.equal(User.UserPrincipalName, UserPrincipalName);
          assert.equal(User.DisplayName, text);
          assert.equal(User.Comments, text);
          assert.equal(User.UserId, created.User.UserId);
        }
      });
    }

    test('an empty comment is signed and is no comment', async () => {
      const client = new Client(server, ROOT_KEY);
      const UserPrincipalName = principal(server, name('empty'));
      await client.call('CreateUser', { UserPrincipalName, DisplayName: 'empty', Comments: '' });
      const { User } = await client.call('GetUser', { UserPrincipalName });
      assert.equal(User.Comments ?? '', '');
    });

    test('every character of a user name', async () => {
      const client = new Client(server, ROOT_KEY);
      const UserPrincipalName = principal(server, name('aZ09.-_'));
      await client.call('CreateUser', { UserPrincipalName, DisplayName: 'plain' });
      const { User } = await client.call('GetUser', { UserPrincipalName });
      assert.equal(User.UserPrincipalName, UserPrincipalName);
    });
  });

  test(`${Client.title}: pages hold every user once`, async (t) => {
    const server = await start();
    t.after(() => server.stop());
    const client = new Client(server, ROOT_KEY);

    const none = await client.call('ListUsers', {});
    assert.deepEqual([...none.Users.User], []);
    assert.equal(none.IsTruncated, false);

    const names = [6, 5, 4, 3, 2, 1, 0].map((number) => principal(server, `user-${number}`));
    for (const UserPrincipalName of names) {
      await client.call('CreateUser', { UserPrincipalName, DisplayName: 'paged' });
    }
    const pages = [];
    let asked = { MaxItems: 3 };
    for (;;) {
      const answer = await client.call('ListUsers', asked);
      pages.push(answer.Users.User.map((user) => user.UserPrincipalName));
      assert.equal(answer.IsTruncated, pages.length < 3);
      if (!answer.IsTruncated) break;
      asked = { MaxItems: 3, Marker: answer.Marker };
    }
    assert.deepEqual(pages.map((page) => page.length), [3, 3, 1]);
    assert.deepEqual(pages.flat().sort(), [...names].sort());
  });
}
