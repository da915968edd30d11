'use strict';
// Every page that can be reached by links, in both languages, both themes, on a narrow and a wide window: no violation
// that axe knows of, no error on the console, no request to another host, nothing wider than the window.

const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');

const { ROOT, acme, call } = require('./account');
const { close, open, signIn, tooWide, violations } = require('./browser');

// Pages of one kind, such as one for each operation, are looked at so many times.
const OF_A_KIND = 2;

// What axe looks at differs by theme and width, hardly by the four together, so it looks twice.
const LOOKS = [
  { lang: 'en', theme: 'light', width: 1280, axe: true },
  { lang: 'zh', theme: 'dark', width: 360, axe: true },
  { lang: 'en', theme: 'dark', width: 1600 },
  { lang: 'zh', theme: 'light', width: 360 },
];

let server;
before(async () => { server = await acme(); });
after(async () => { await close(); await server?.stop(); });

// `/console/users/alice/keys` is of the kind `users/…/keys`, every operation of the explorer of one kind.
function kind(path) {
  const [, , first = '', second, ...rest] = path.split('/');
  const words = rest.map((part) => (/^[a-z-]+$/.test(part) ? part : '…'));
  return [first, second === undefined ? '' : '…', ...words].join('/');
}

// The pages behind the links of a page, and behind theirs.
async function reachable(page) {
  const seen = new Map();
  const waiting = ['/console'];
  const pages = [];
  while (waiting.length > 0) {
    const path = waiting.shift();
    const response = await page.goto(path);
    assert.equal(response.status(), 200, path);
    pages.push(path);
    const links = await page.locator('a[href^="/console"]:not([download])').evaluateAll((all) => all.map((one) => one.pathname + one.search));
    for (const link of new Set(links)) {
      const of = kind(link.split('?')[0]);
      const known = seen.get(of) ?? new Set();
      if (known.has(link) || known.size >= OF_A_KIND || /download|export|assets/.test(link)) continue;
      seen.set(of, known.add(link));
      waiting.push(link);
    }
  }
  return pages;
}

test('every page is sound in every look', { timeout: 600_000 }, async (t) => {
  const first = await open(server);
  await signIn(first, ROOT);
  const pages = await reachable(first);
  first.clean();
  assert.ok(pages.length > 10, `only ${pages.length} pages: ${pages}`);
  for (const look of LOOKS) {
    await t.test(`${look.lang}, ${look.theme}, ${look.width} px`, async () => {
      const page = await open(server, look);
      await page.goto('/console/sign-in');
      assert.deepEqual(await violations(page), [], '/console/sign-in');
      await signIn(page, ROOT);
      const wrong = [];
      for (const path of pages) {
        await page.goto(path);
        assert.equal(await page.locator('html').getAttribute('lang'), look.lang === 'zh' ? 'zh-CN' : 'en', path);
        for (const found of look.axe ? await violations(page) : []) wrong.push(`${path}: ${found}`);
        if (await tooWide(page)) wrong.push(`${path}: wider than ${look.width} px`);
      }
      assert.deepEqual(wrong, []);
      page.clean();
      await page.context().close();
    });
  }
});

const NUMBERS_ALONE = {
  Version: '1',
  Statement: [
    { Effect: 'Allow', Action: 'ram:GetAccountSecurityPracticeReport', Resource: '*' },
    { Effect: 'Deny', Action: 'ramward:Explain*', Resource: '*' },
  ],
};

// A RAM user with an AccessKey, and with a policy if one is given.
function user(name, policy) {
  const { DefaultDomainName: domain } = call(server, ROOT, 'GetDefaultDomain');
  const upn = `UserPrincipalName=${name}@${domain}`;
  call(server, ROOT, 'CreateUser', upn, `DisplayName=${name}`);
  if (policy) {
    call(server, ROOT, 'CreatePolicy', `PolicyName=${name}`, `PolicyDocument=${JSON.stringify(policy)}`);
    call(server, ROOT, 'AttachPolicyToUser', 'PolicyType=Custom', `PolicyName=${name}`, `UserName=${name}`);
  }
  const { AccessKeyId: id, AccessKeySecret: secret } = call(server, ROOT, 'CreateAccessKey', upn).AccessKey;
  return { id, secret };
}

test('who may see little sees that much and what to ask for, in every look', { timeout: 120_000 }, async () => {
  const [reader, nobody] = [user('reader', NUMBERS_ALONE), user('nobody')];
  for (const look of LOOKS) {
    for (const [key, status, expected] of [[reader, 200, 'ramward:ExplainAccountSecurityPracticeReport'], [nobody, 403, 'AliyunRAMReadOnlyAccess']]) {
      const page = await open(server, look);
      await signIn(page, key);
      for (const path of ['/console/overview', '/console/findings', '/console/what-if']) {
        const response = await page.goto(path);
        assert.equal(response.status(), status, path);
        assert.deepEqual(look.axe ? await violations(page) : [], [], path);
        assert.equal(await tooWide(page), false, `${path} at ${look.width} px`);
      }
      await page.goto('/console/overview');
      assert.match(await page.locator('main').innerText(), new RegExp(expected));
      page.clean();
      await page.context().close();
    }
  }
});

test('every link and button can be reached by keyboard alone', async () => {
  const page = await open(server);
  await signIn(page, ROOT, '/console/overview');
  await page.locator('body').press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip', 'the first stop skips the menu');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
  const reached = await page.evaluate(() => [...document.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea,summary')]
    .filter((one) => one.checkVisibility() && one.tabIndex < 0).map((one) => one.outerHTML));
  assert.deepEqual(reached, []);
  page.clean();
});

test('language and theme are chosen and kept', async () => {
  const page = await open(server);
  await signIn(page, ROOT);
  await page.getByRole('button', { name: '简体中文' }).click();
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  await page.getByRole('button', { name: '深色' }).click();
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
  await page.goto('/console/users');
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  await page.getByRole('button', { name: 'English' }).click();
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  page.clean();
});
