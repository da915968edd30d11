'use strict';
// A browser for tests: Debian's Chromium, driven by playwright-core. What a page must never do is noted while it is
// open: errors on its console, requests to another host than the server's.

const assert = require('node:assert/strict');
const axe = require('axe-core');
const { chromium } = require('playwright-core');

const PROGRAM = process.env.RAMWARD_CHROMIUM ?? '/usr/bin/chromium';
// Without these Chromium asks its maker's hosts about updates and the like.
const QUIET = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

let launched;

// One browser for a file of tests; `close` ends it.
function browser() {
  launched ??= chromium.launch({ executablePath: PROGRAM, args: QUIET });
  return launched;
}

async function close() {
  if (launched) await (await launched).close();
  launched = undefined;
}

// A window of its own, with no cookie of any other.
async function open(server, { lang = 'en', theme = 'light', width = 1280, height = 900 } = {}) {
  const context = await (await browser()).newContext({
    baseURL: server.endpoint,
    locale: lang === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: theme,
    viewport: { width, height },
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  const offences = [];
  page.on('console', (message) => {
    // A page that says 403 or 404 on purpose is told so by the test that asked for it.
    const expected = /Failed to load resource: the server responded with a status of 4\d\d/;
    if (message.type() === 'error' && !expected.test(message.text())) offences.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => offences.push(`script: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && url.host !== server.host) offences.push(`host: ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    offences.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  // What was noted must be nothing.
  page.clean = () => assert.deepEqual(offences, []);
  return page;
}

// Signs in with an AccessKey, by hand.
async function signIn(page, key, path = '/console') {
  await page.goto(path);
  await page.getByLabel('AccessKey ID').fill(key.id);
  await page.getByLabel('AccessKey Secret').fill(key.secret);
  await page.locator('form', { has: page.getByLabel('AccessKey Secret') }).getByRole('button').click();
  await page.waitForURL((url) => !url.pathname.startsWith('/console/sign-in'));
}

// What axe finds against WCAG 2.2 A and AA on the page as it stands. It runs beside the page's policy, not inside it.
async function violations(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate((rules) => window.axe.run(document, { runOnly: rules }), RULES);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).slice(0, 3).join('; ')}`);
}

// Whether the page is wider than its window, so that a reader must scroll sideways for plain text.
function tooWide(page) {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}

module.exports = { close, open, signIn, tooWide, violations };
