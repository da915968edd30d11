'use strict';
// Signing in as a person: with a password and a code, with a password that must be changed, with too many wrong ones.

const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');

const { ROOT, acme, call } = require('./account');
const { close, open, violations } = require('./browser');
const { code } = require('./codes');

const PASSWORD = 'Correct-Horse-Battery-1';

let server;
before(async () => {
  server = await acme();
  call(server, ROOT, 'SetPasswordPolicy', 'MaxLoginAttemps=3');
});
after(async () => { await close(); await server?.stop(); });

const upn = (name) => `${name}@${server.accountId}.onaliyun.com`;

// The form with a name and a password, filled and sent.
async function tryIt(page, name, password) {
  await page.goto('/console/sign-in');
  await page.getByLabel('Name', { exact: true }).fill(upn(name));
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const heading = (page) => page.getByRole('heading', { level: 1 }).innerText();

test('a user binds a device at the first logon and needs its code at the next', async () => {
  const profile = ['Password=' + PASSWORD, 'MFABindRequired=true', 'PasswordResetRequired=false'];
  call(server, ROOT, 'CreateLoginProfile', `UserPrincipalName=${upn('alice')}`, ...profile);
  const page = await open(server);
  await tryIt(page, 'alice', PASSWORD);
  assert.match(await page.locator('main').innerText(), /An MFA device must be bound/);
  await page.getByRole('button', { name: 'Show the QR code of a new device' }).click();
  assert.deepEqual(await violations(page), []);
  const seed = await page.locator('#seed').innerText();
  await page.getByLabel('First code (6 digits)').fill(code(seed, -1));
  await page.getByLabel('Next code (6 digits)').fill(code(seed));
  await page.getByRole('button', { name: 'Bind the device' }).click();
  await page.waitForURL(/overview/);
  assert.match(await page.locator('.who').innerText(), /alice/);
  page.clean();

  const again = await open(server);
  await tryIt(again, 'alice', PASSWORD);
  await again.getByLabel('MFA code (6 digits)').fill('000000');
  await again.getByRole('button', { name: 'Go on' }).click();
  assert.equal(await again.getByRole('alert').count(), 1, 'a wrong code is refused');
  await again.getByLabel('MFA code (6 digits)').fill(code(seed, 1));
  await again.getByRole('button', { name: 'Go on' }).click();
  await again.waitForURL(/overview/);
  again.clean();
});

test('a password that must be changed opens nothing before it is', async () => {
  const profile = ['Password=' + PASSWORD, 'PasswordResetRequired=true', 'MFABindRequired=false'];
  call(server, ROOT, 'CreateLoginProfile', `UserPrincipalName=${upn('bob')}`, ...profile);
  const page = await open(server);
  await tryIt(page, 'bob', PASSWORD);
  assert.match(await page.locator('main').innerText(), /The password must be changed/);
  await page.goto('/console/users');
  assert.match(await page.locator('main').innerText(), /The password must be changed/);
  await page.getByLabel('Present password').fill(PASSWORD);
  await page.getByLabel('New password', { exact: true }).fill('Another-Horse-Battery-2');
  await page.getByLabel('New password, again').fill('Another-Horse-Battery-2');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/console/sign-in'));
  assert.match(await page.locator('.who').innerText(), /bob/);
  page.clean();
});

test('too many wrong passwords lock the right one out, in the same words', async () => {
  call(server, ROOT, 'CreateLoginProfile', `UserPrincipalName=${upn('carol')}`, 'Password=' + PASSWORD, 'PasswordResetRequired=false');
  const page = await open(server);
  const refused = async (name, password) => {
    await tryIt(page, name, password);
    return page.getByRole('alert').innerText();
  };
  const words = await refused('nobody', 'x');
  for (let time = 0; time < 3; time += 1) assert.equal(await refused('carol', `wrong ${time}`), words);
  assert.equal(await refused('carol', PASSWORD), words, 'the logon is locked');
  assert.equal(await heading(page), 'Sign in');
  page.clean();
});

test('who signs out is out, in every window', async () => {
  const profile = ['Password=' + PASSWORD, 'PasswordResetRequired=false', 'MFABindRequired=false'];
  call(server, ROOT, 'CreateLoginProfile', `UserPrincipalName=${upn('dave')}`, ...profile);
  const page = await open(server);
  await tryIt(page, 'dave', PASSWORD);
  await page.waitForURL(/overview/);
  const other = await page.context().newPage();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/sign-in/);
  await other.goto('/console/account');
  assert.equal(new URL(other.url()).pathname, '/console/sign-in');
  page.clean();
});
