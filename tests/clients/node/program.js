'use strict';
// The ramward program as a test starts and stops it: a process of its own on a free port of this machine.

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const REPOSITORY = path.resolve(__dirname, '../../..');
const START_MS = 30_000;
const STOP_MS = 30_000;

const ACCOUNT_ID = '1234567890123456';
const ROOT_KEY = { id: 'LTAI5tRamwardClientTests', secret: 'ramwardClientTestsSecret012345' };

// RAMWARD_BIN, else the release build, else the debug build.
function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? path.join(REPOSITORY, 'target');
  const candidates = process.env.RAMWARD_BIN
    ? [path.resolve(REPOSITORY, process.env.RAMWARD_BIN)]
    : [path.join(target, 'release/ramward'), path.join(target, 'debug/ramward')];
  const found = candidates.find((candidate) => fs.existsSync(candidate));
  if (!found) throw new Error(`no ramward program at ${candidates.join(' or ')}: cargo build it first`);
  return found;
}

// The promise, or an error once the limit is over.
function within(limit, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what()} within ${limit} ms`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// No flags, or where RAMWARD_TEST_STORE names a database, a schema there that nobody else has.
function storeOf(directory) {
  const database = process.env.RAMWARD_TEST_STORE;
  if (!database) return [];
  const schema = `served_${process.pid}_${path.basename(directory).replace(/[^A-Za-z0-9]/g, '_').toLowerCase()}`;
  const psql = path.join(process.env.RAMWARD_TEST_POSTGRES_PROGRAMS, 'psql');
  execFileSync(psql, ['--no-psqlrc', '--quiet', '--dbname', database, '--command', `CREATE SCHEMA ${schema}`]);
  return ['--store', `${database}?options=-csearch_path%3D${schema}`, '--nodes', 'several'];
}

// Starts `ramward serve` with nothing in it but the account and its root key; resolves when it is ready.
async function start(...flags) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ramward-node-'));
  const child = spawn(
    binary(),
    [
      'serve', '--listen', '127.0.0.1:0', '--data', path.join(directory, 'data'), '--output', 'json',
      ...storeOf(directory), ...flags,
    ],
    {
      env: {
        PATH: process.env.PATH,
        HOME: directory,
        RAMWARD_ACCOUNT_ID: ACCOUNT_ID,
        RAMWARD_ROOT_ACCESS_KEY_ID: ROOT_KEY.id,
        RAMWARD_ROOT_ACCESS_KEY_SECRET: ROOT_KEY.secret,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { log += text; });
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  const line = new Promise((resolve, reject) => {
    let text = '';
    child.once('error', reject);
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    ended.then((code) => reject(new Error(`ramward ended with ${code} before its ready line; its log:\n${log}`)));
  });
  let ready;
  try {
    ready = JSON.parse(await within(START_MS, line, () => `no ready line; its log:\n${log}\n`));
    assert.match(ready.Endpoint, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(ready.AccountId, ACCOUNT_ID);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }

  return {
    endpoint: ready.Endpoint,
    host: ready.Endpoint.slice('http://'.length),
    accountId: ready.AccountId,
    proxy: ready.Proxy,
    caFile: ready.CaFile,
    // SIGTERM, and the end must be clean.
    async stop() {
      child.kill('SIGTERM');
      try {
        const code = await within(STOP_MS, ended, () => `ramward did not end after SIGTERM; its log:\n${log}\n`);
        assert.equal(code, 0, `ramward ended with ${code} after SIGTERM; its log:\n${log}`);
      } finally {
        child.kill('SIGKILL');
        fs.rmSync(directory, { recursive: true, force: true });
      }
    },
  };
}

module.exports = { ROOT_KEY, binary, start };
