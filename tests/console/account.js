'use strict';
// The account of the vendor page's sample, score 63, on a server of its own; and one with hostile names.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { binary, start } = require('../clients/node/program');

const REPOSITORY = path.resolve(__dirname, '../..');
const ROOT = { id: 'LTAIacmeDemoRootKey00001', secret: 'acmeDemoSecretNotForAnyRealUse' };

// Texts that must appear as text and as nothing else.
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'; window.hacked = 1; //",
  '\u202egnp.exe',
  '{{7*7}}${7*7}',
  'x'.repeat(128),
];

// A server with the sample account.
function acme(...flags) {
  return start('--import', path.join(REPOSITORY, 'examples/acme.json'), ...flags);
}

// A server with a state of one's own.
async function serving(state, ...flags) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ramward-console-'));
  const file = path.join(folder, 'state.json');
  fs.writeFileSync(file, JSON.stringify(state));
  try {
    return await start('--import', file, ...flags);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

// A call by the program's own client.
function call(server, key, operation, ...parameters) {
  const env = {
    PATH: process.env.PATH,
    HOME: os.tmpdir(),
    RAMWARD_ENDPOINT: server.endpoint,
    ALIBABA_CLOUD_ACCESS_KEY_ID: key.id,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: key.secret,
  };
  return JSON.parse(execFileSync(binary(), ['call', operation, ...parameters], { env, encoding: 'utf8', stdio: 'pipe' }));
}

module.exports = { HOSTILE, ROOT, acme, call, serving };
