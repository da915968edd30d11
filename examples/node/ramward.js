'use strict';
// A Ramward server for tests: start() gives what it says when it is ready (Endpoint, AccountId, the AccessKeys of root
// and of the operator), operate() for the operator's commands, reset() for an account that is as new, and stop().
const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { createInterface } = require('node:readline');

const PROGRAM = process.env.RAMWARD_BIN || 'ramward';

async function start(...flags) {
  const data = mkdtempSync(join(tmpdir(), 'ramward-'));
  const serve = ['serve', '--listen', '127.0.0.1:0', '--output', 'json', '--log', 'warn', '--data', data, ...flags];
  const child = spawn(PROGRAM, serve, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const server = JSON.parse(line);
  const env = {
    ...process.env,
    RAMWARD_ENDPOINT: server.Endpoint,
    ALIBABA_CLOUD_ACCESS_KEY_ID: server.OperatorAccessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: server.OperatorAccessKeySecret,
  };
  const operate = (...words) => execFileSync(PROGRAM, words, { env, encoding: 'utf8', stdio: 'pipe' });
  const reset = () => operate('reset', '--yes');
  async function stop() {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
    rmSync(data, { recursive: true });
  }
  return { ...server, operate, reset, stop };
}

module.exports = { start };
