'use strict';
// The vendor's Node clients behind one call, each used as its own documentation shows. Nothing here touches a
// request on the wire; `nonce` and `clock` replace the functions that the clients ask for a nonce and for the time.

// Before any client is loaded: never ask the metadata service of a cloud, never go through a proxy, and take no
// key from the environment of whoever runs this.
for (const name of Object.keys(process.env)) {
  if (/^(ALIBABA_CLOUD_|ALIYUN_)|^(http|https|all)_proxy$/i.test(name)) delete process.env[name];
}
process.env.ALIBABA_CLOUD_ECS_METADATA_DISABLED = 'true';

const assert = require('node:assert/strict');
const { createRequire } = require('node:module');

const ims = require('@alicloud/ims20190815');
const openapi = require('@alicloud/openapi-core');
const openapiUtils = require('@alicloud/openapi-core/dist/utils').default;
const $dara = require('@darabonba/typescript');
const PopCore = require('@alicloud/pop-core');
// The copy that pop-core itself uses.
const popKitx = createRequire(require.resolve('@alicloud/pop-core'))('kitx');

const VERSION = '2019-08-15';
const $openapi = openapi.$OpenApiUtil;

// `@alicloud/ims20190815`: typed models, V3 signature, POST with everything in the query.
class Ims {
  constructor(server, key) {
    const config = new $openapi.Config({
      endpoint: server.host,
      protocol: 'http',
      accessKeyId: key.id,
      accessKeySecret: key.secret,
    });
    this.sdk = new ims.default(config);
  }

  // The generated method and request model of the action; its response body model.
  async typed(action, parameters) {
    const method = action[0].toLowerCase() + action.slice(1);
    const Model = ims[`${action}Request`];
    const answer = await (Model ? this.sdk[method](modelOf(Model, parameters)) : this.sdk[method]());
    assert.equal(answer.statusCode, 200);
    return answer.body;
  }

  async call(action, parameters) {
    return (await this.typed(action, parameters)).toMap();
  }

  // An action that the SDK has no method for, through the door that its methods use.
  callUntyped(action) {
    const api = new $openapi.Params({
      action,
      version: VERSION,
      protocol: 'HTTPS',
      pathname: '/',
      method: 'POST',
      authType: 'AK',
      style: 'RPC',
      reqBodyType: 'formData',
      bodyType: 'json',
    });
    return this.sdk.callApi(api, new $openapi.OpenApiRequest({}), new $dara.RuntimeOptions({}));
  }

  refusal(error) {
    assert.equal(error.constructor, error.statusCode < 500 ? openapi.ClientError : openapi.ServerError);
    assert.equal(error.data.RequestId, error.requestId);
    return {
      code: error.code,
      status: error.statusCode,
      requestId: error.requestId,
      message: error.message,
      data: error.data,
    };
  }

  static clock(t, instant) {
    const text = `${instant.toISOString().slice(0, 19)}Z`;
    t.mock.method(openapiUtils, 'getTimestamp', () => text);
  }

  static nonce(t, text) {
    t.mock.method(openapiUtils, 'getNonce', () => text);
  }
}
Ims.title = 'ims20190815';
Ims.wrongSecret = /Specified signature does not match our calculation\. server StringToSign is \[ACS3-HMAC-SHA256\n/;

// A request model from wire names: the model's own table of names, read backwards.
function modelOf(Model, parameters) {
  const names = Object.entries(Model.names());
  const fields = Object.entries(parameters).map(([wire, value]) => {
    const [field] = names.find(([, name]) => name === wire);
    return [field, value];
  });
  return new Model(Object.fromEntries(fields));
}

// `@alicloud/pop-core` with GET: RPC 1.0 signature, everything in the query.
class PopGet {
  constructor(server, key) {
    this.sdk = new PopCore({
      endpoint: server.endpoint,
      apiVersion: VERSION,
      accessKeyId: key.id,
      accessKeySecret: key.secret,
    });
  }

  call(action, parameters) {
    return this.sdk.request(action, parameters, { method: this.constructor.method });
  }

  callUntyped(action) {
    return this.call(action, {});
  }

  refusal(error) {
    assert.equal(error.name, `${error.code}Error`);
    assert.equal(error.data.Code, error.code);
    return {
      code: error.code,
      status: error.entry.response.statusCode,
      requestId: error.data.RequestId,
      message: error.data.Message,
      data: error.data,
    };
  }

  static clock(t, instant) {
    // This client builds its time stamp from `new Date()` in a function of its own module.
    t.mock.timers.enable({ apis: ['Date'], now: instant });
  }

  static nonce(t, text) {
    t.mock.method(popKitx, 'makeNonce', () => text);
  }
}
PopGet.title = 'pop-core GET';
PopGet.method = 'GET';
PopGet.wrongSecret = /^Specified signature is not matched with our calculation\. server string to sign is:(GET|POST)&%2F&/;

// The same with POST: everything, the signature included, in a form body.
class PopPost extends PopGet {}
PopPost.title = 'pop-core POST';
PopPost.method = 'POST';

module.exports = { CLIENTS: [Ims, PopGet, PopPost], Ims };
