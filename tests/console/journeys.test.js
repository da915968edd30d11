'use strict';
// What somebody comes for: see the score and raise it, try an operation and take its code along, understand a refusal.

const assert = require('node:assert/strict');
const path = require('node:path');
const { after, before, test } = require('node:test');

const { HOSTILE, ROOT, acme, call, serving } = require('./account');
const { close, open, signIn, violations } = require('./browser');
const { code } = require('./codes');

let server;
before(async () => { server = await acme(); });
after(async () => { await close(); await server?.stop(); });

// The button that carries a change out.
const submit = (page) => page.locator('form[data-change] > .row button').first().click();
const score = async (page) => Number(await page.locator('.score b').innerText());

test('a finding is fixed from the overview and the score rises', async () => {
  const page = await open(server);
  await signIn(page, ROOT, '/console/overview');
  assert.equal(await score(page), 63, "the vendor page's sample");
  await page.getByRole('listitem').filter({ hasText: 'Root has an MFA device' }).getByRole('link', { name: /Fix/ }).click();
  await page.getByRole('link', { name: 'Bind an MFA device' }).click();
  await submit(page);
  const seed = await page.locator('#seed').innerText();
  const codes = page.locator('input[name^="AuthenticationCode"]');
  await codes.nth(0).fill(code(seed, -1));
  await codes.nth(1).fill(code(seed));
  await submit(page);
  await page.goto('/console/overview');
  assert.equal(await score(page), 72, '9.09 points more, cut');
  page.clean();
});

test('a changed password policy shows its level before it is saved, and its points after', async () => {
  const page = await open(server);
  await signIn(page, ROOT, '/console/settings/password-policy');
  assert.match(await page.locator('#effect').innerText(), /low/);
  for (const box of await page.getByRole('checkbox', { name: /must be in it/ }).all()) await box.check();
  await page.getByLabel('Characters, at least', { exact: true }).fill('14');
  await page.locator('#effect').filter({ hasText: 'high' }).waitFor();
  assert.deepEqual(await violations(page), []);
  const level = () => call(server, ROOT, 'GetAccountSecurityPracticeReport').AccountSecurityPracticeInfo.AccountSecurityPracticeUserInfo.SubUserPwdLevel;
  assert.equal(level(), 'low', 'nothing is saved yet');
  await submit(page);
  assert.equal(level(), 'high');
  page.clean();
});

test('what if: repairs are ticked and nothing changes', async () => {
  const page = await open(server);
  await signIn(page, ROOT, '/console/what-if');
  const first = page.locator('fieldset').first();
  for (const box of await first.getByRole('checkbox').all()) await box.check();
  await page.getByRole('button', { name: 'Show the score' }).click();
  const foreseen = Number(await page.locator('#result b, #result strong').first().innerText());
  const now = call(server, ROOT, 'GetAccountSecurityPracticeReport').AccountSecurityPracticeInfo.Score;
  assert.ok(foreseen > now, `${foreseen} after ${now}`);
  await page.goto('/console/overview');
  assert.equal(await score(page), now);
  page.clean();
});

test('the explorer calls an operation, and its code does the same', async () => {
  const page = await open(server);
  await signIn(page, ROOT, '/console/explorer?q=GetUser');
  await page.getByRole('link', { name: 'GetUser', exact: true }).first().click();
  await page.getByLabel(/^UserPrincipalName/).fill(`alice@${server.accountId}.onaliyun.com`);
  await page.getByRole('button', { name: 'Run as the signed-in identity' }).click();
  const answer = JSON.parse(await page.locator('#body').innerText());
  assert.equal(answer.User.DisplayName, 'Alice, security');
  assert.match(await page.locator('#code').innerText(), /alice%40/);
  await page.getByLabel('Language', { exact: true }).selectOption({ label: 'Go' });
  await page.getByRole('button', { name: 'Show the code' }).click();
  await page.locator('#code').filter({ hasText: 'package main' }).waitFor();
  assert.doesNotMatch(await page.locator('#code').innerText(), new RegExp(ROOT.secret));
  page.clean();
});

test('the explorer signs in the page: the secret travels nowhere and the request is good', async () => {
  const page = await open(server);
  await signIn(page, ROOT, '/console/explorer/ims/GetAccountSecurityPracticeReport');
  const sent = [];
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''} ${JSON.stringify(request.headers())}`));
  await page.getByLabel('AccessKey ID', { exact: true }).fill(ROOT.id);
  await page.getByLabel('AccessKey Secret', { exact: true }).fill(ROOT.secret);
  await page.getByRole('button', { name: 'Show the steps anew' }).click();
  await page.getByLabel('AccessKey Secret', { exact: true }).fill(ROOT.secret);
  await page.getByRole('button', { name: 'Send this request' }).first().click();
  await page.locator('[data-sent=body]').filter({ hasText: 'AccountSecurityPracticeInfo' }).waitFor();
  assert.ok(sent.length > 0);
  assert.deepEqual(sent.filter((text) => text.includes(ROOT.secret)), []);
  page.clean();
});

test('a refused request is explained by its RequestId', async () => {
  const page = await open(server);
  await signIn(page, ROOT, '/console/errors');
  let refusal;
  try {
    call(server, ROOT, 'GetUser', `UserPrincipalName=nobody@${server.accountId}.onaliyun.com`);
  } catch (error) {
    [refusal] = /[0-9A-F]{8}-[0-9A-F-]{27}/.exec(`${error.stdout}${error.stderr}`);
  }
  await page.locator('input[name=q]').fill(refusal);
  await page.getByRole('button', { name: 'Search' }).click();
  assert.match(await page.locator('main').innerText(), /EntityNotExist\.User/);
  assert.match(await page.locator('main').innerText(), /What was checked, in order/);
  assert.deepEqual(await violations(page), []);
  await page.getByRole('link', { name: 'EntityNotExist.User' }).first().click();
  assert.match(await page.locator('main').innerText(), /What to do/);
  page.clean();
});

test('a wrong signature shows the first differing character', async () => {
  const page = await open(server);
  await signIn(page, ROOT, '/console/errors');
  let answer;
  try {
    call(server, { ...ROOT, secret: 'wrong' }, 'ListUsers');
  } catch (error) {
    answer = `${error.stdout}${error.stderr}`;
  }
  assert.match(answer, /SignatureDoesNotMatch/);
  const id = /[0-9A-F]{8}-[0-9A-F-]{27}/.exec(answer)[0];
  await page.goto(`/console/errors/requests/${id}`);
  const read = await page.locator('pre').filter({ hasText: 'x-acs-action' }).first().innerText();
  await page.locator('textarea[name=signed]').fill(read.replace('x-acs-action:ListUsers', 'x-acs-action:LIstUsers'));
  await page.getByRole('button', { name: 'Compare' }).click();
  assert.deepEqual(await page.locator('mark').allInnerTexts(), ['i', 'I']);
  page.clean();
});

test('hostile names are text, wherever they stand', async () => {
  const users = HOSTILE.map((name, place) => ({ UserName: `user${place}`, DisplayName: name.slice(0, 128), Comments: name }));
  const hostile = await serving({ Accounts: [{ AccountId: server.accountId, RootAccessKeys: [{ AccessKeyId: ROOT.id, AccessKeySecret: ROOT.secret }], Users: users }] });
  try {
    const page = await open(hostile);
    await signIn(page, ROOT, '/console/users');
    const list = await page.locator('main').innerText();
    for (const name of HOSTILE) assert.ok(list.includes(name), name);
    for (const place of HOSTILE.keys()) {
      await page.goto(`/console/users/user${place}`);
      assert.ok((await page.locator('main').innerText()).includes(HOSTILE[place]), HOSTILE[place]);
      assert.equal(await page.locator('main script, main img').count(), 0);
    }
    for (const text of HOSTILE) {
      const asked = encodeURIComponent(text);
      for (const at of [`/console/errors?q=${asked}`, `/console/explorer?q=${asked}`, `/console/findings?UserNamePrefix=${asked}`, `/console/users?q=${asked}`]) {
        await page.goto(at);
        assert.equal(await page.locator('main script, main img').count(), 0, at);
      }
    }
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    page.clean();
  } finally {
    await hostile.stop();
  }
});

test('what is downloaded is what the page says', async () => {
  const page = await open(server);
  await signIn(page, ROOT, '/console/overview');
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[href$="security-report/json"]').click()]);
  assert.equal(path.extname(download.suggestedFilename()), '.json');
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const info = call(server, ROOT, 'GetAccountSecurityPracticeReport').AccountSecurityPracticeInfo;
  assert.match(text, new RegExp(`"Score": ?${info.Score}\\b`));
  page.clean();
});
