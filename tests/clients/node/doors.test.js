'use strict';
// The vendor's Node clients at the vendor's own hosts: through the CONNECT door with the certificate checked, and in the
// surroundings that `ramward exec --isolated` makes. Today's SDK has settings for a proxy and uses none of them
// (@darabonba/typescript 1.0), so for it there is only the latter.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const tls = require('node:tls');

require('./clients');
const PopCore = require('@alicloud/pop-core');

const { ROOT_KEY, binary, start } = require('./program');

// What Node's own agent does not do: a connection through a CONNECT proxy, and to nothing else.
class Tunnel extends https.Agent {
  constructor(proxy, options) {
    super(options);
    this.proxy = new URL(proxy);
  }

  createConnection(options, done) {
    const target = `${options.host}:${options.port}`;
    const { hostname: host, port } = this.proxy;
    const asked = http.request({ host, port, method: 'CONNECT', path: target, headers: { host: target } });
    asked.once('connect', (answer, socket) => {
      if (answer.statusCode === 200) done(null, tls.connect({ ...options, socket, servername: options.host }));
      else done(new Error(`the proxy answers ${answer.statusCode}`));
    });
    asked.once('error', done);
    asked.end();
  }
}

test('pop-core at hosts of the vendor through the CONNECT door', async (t) => {
  const server = await start('--proxy-listen', '127.0.0.1:0');
  t.after(() => server.stop());
  const ca = fs.readFileSync(server.caFile, 'utf8');
  const call = (endpoint, apiVersion, action, options) => {
    const agent = new Tunnel(server.proxy, options);
    const client = new PopCore({
      endpoint, apiVersion, accessKeyId: ROOT_KEY.id, accessKeySecret: ROOT_KEY.secret, opts: { agent },
    });
    return client.request(action).finally(() => agent.destroy());
  };
  const report = await call('https://ims.aliyuncs.com', '2019-08-15', 'GetAccountSecurityPracticeReport', { ca });
  assert.equal(report.AccountSecurityPracticeInfo.Score, 45);
  const identity = await call('https://sts.cn-beijing.aliyuncs.com', '2015-04-01', 'GetCallerIdentity', { ca });
  assert.equal(identity.AccountId, server.accountId);
  await assert.rejects(call('https://sts.aliyuncs.com', '2015-04-01', 'GetCallerIdentity', {}), /certificate/);
  await assert.rejects(call('https://ecs.aliyuncs.com', '2014-05-26', 'DescribeRegions', { ca }), /answers 403/);
});

const SCRIPT = `
const ims = require('@alicloud/ims20190815');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const Pop = require('@alicloud/pop-core');
const id = process.env.ALIBABA_CLOUD_ACCESS_KEY_ID;
const secret = process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET;
const config = new $OpenApiUtil.Config({ accessKeyId: id, accessKeySecret: secret, regionId: 'cn-hangzhou' });
const pop = new Pop({
  endpoint: 'https://ims.aliyuncs.com', apiVersion: '2019-08-15', accessKeyId: id, accessKeySecret: secret,
});
(async () => {
  const { body } = await new ims.default(config).getAccountSecurityPracticeReport();
  const answer = await pop.request('GetAccountSecurityPracticeReport');
  console.log(body.accountSecurityPracticeInfo.score, answer.AccountSecurityPracticeInfo.Score);
})();
`;

test('in a network of its own nothing is told to the SDKs', (t) => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'ramward-node-'));
  t.after(() => fs.rmSync(home, { recursive: true, force: true }));
  const run = spawnSync(binary(), ['exec', '--own', '--isolated', '--', process.execPath, '-e', SCRIPT], {
    cwd: __dirname,
    env: { PATH: process.env.PATH, HOME: home },
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (run.stderr.includes('--isolated is not possible here')) {
    assert.equal(run.status, 2);
    t.skip('this system lets no user make namespaces');
    return;
  }
  assert.deepEqual([run.status, run.stdout], [0, '45 45\n'], run.stderr);
});
