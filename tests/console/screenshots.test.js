'use strict';
// The pictures of the README and of docs/: taken with UPDATE=1, and otherwise held against the pages by their size.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, test } = require('node:test');

const { ROOT, acme } = require('./account');
const { close, open, signIn } = require('./browser');

const FOLDER = path.resolve(__dirname, '../../docs/screenshots');

const PICTURES = [
  { name: 'overview', path: '/console/overview' },
  { name: 'overview-zh', path: '/console/overview', lang: 'zh', theme: 'dark' },
  { name: 'findings', path: '/console/findings' },
  { name: 'user', path: '/console/users/alice' },
  { name: 'explorer', path: '/console/explorer/ims/GetAccountSecurityPracticeReport' },
  { name: 'error', path: '/console/errors/codes/SignatureDoesNotMatch' },
];

let server;
before(async () => { server = await acme(); });
after(async () => { await close(); await server?.stop(); });

for (const picture of PICTURES) {
  test(`the picture ${picture.name}`, async () => {
    const page = await open(server, { ...picture, width: 1200, height: 800 });
    await signIn(page, ROOT, picture.path);
    const taken = await page.screenshot();
    const file = path.join(FOLDER, `${picture.name}.png`);
    if (process.env.UPDATE) {
      fs.mkdirSync(FOLDER, { recursive: true });
      fs.writeFileSync(file, taken);
    }
    // Width and height stand at the same place in every PNG.
    const size = (png) => [png.readUInt32BE(16), png.readUInt32BE(20)];
    assert.deepEqual(size(fs.readFileSync(file)), size(taken), `${file}: take it anew with UPDATE=1`);
    page.clean();
    await page.context().close();
  });
}

test('no picture is left over', () => {
  const names = PICTURES.map(({ name }) => `${name}.png`).sort();
  assert.deepEqual(fs.readdirSync(FOLDER).sort(), names);
});
