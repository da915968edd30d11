'use strict';
// The vendor's Node SDKs of the generation before, with the vendor's own host names: each step's answer as JSON.

const PopCore = require('@alicloud/pop-core');
const Ram = require('@alicloud/ram');
const Sts = require('@alicloud/sts-sdk');

const [account, role] = process.argv.slice(2);
const NAME = 'sdk-user';
const POST = { method: 'POST' };

// One client of each product, from a pair or a session. There is no package of this generation for IMS 2019-08-15.
function clients({ AccessKeyId, AccessKeySecret, SecurityToken }) {
  const key = { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, securityToken: SecurityToken };
  return {
    ram: new Ram({ ...key, endpoint: 'https://ram.aliyuncs.com' }),
    ims: new PopCore({ ...key, endpoint: 'https://ims.aliyuncs.com', apiVersion: '2019-08-15' }),
    sts: new Sts({
      endpoint: 'sts.aliyuncs.com',
      credential: { getCredential: async () => key },
    }),
  };
}

// Code and status of a call that must fail, and whether it says why in the sealed form.
async function refusal(call) {
  const error = await call().then(() => { throw new Error('it was not refused'); }, (caught) => caught);
  const sealed = error.data.AccessDeniedDetail?.EncodedDiagnosticMessage;
  return [error.code, error.entry.response.statusCode, Boolean(sealed)];
}

const userNames = async (client) =>
  (await client.listUsers({}, POST)).Users.User.map((user) => user.UserName).sort();

const subUsers = async (client) =>
  (await client.request('GetAccountSecurityPracticeReport', {}, POST)).AccountSecurityPracticeInfo
    .AccountSecurityPracticeUserInfo.SubUser;

async function main() {
  const found = {};
  const root = clients({
    AccessKeyId: process.env.ALIBABA_CLOUD_ACCESS_KEY_ID,
    AccessKeySecret: process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
  });
  const caller = await root.sts.getCallerIdentity();
  found.identity = [caller.AccountId, caller.IdentityType];
  found.report = await subUsers(root.ims);
  found.users = await userNames(root.ram);

  await root.ram.createUser({ UserName: NAME, DisplayName: 'SDK' }, POST);
  const upn = { UserPrincipalName: `${NAME}@${account}.onaliyun.com` };
  found.created = (await root.ims.request('GetUser', upn, POST)).User.DisplayName;
  await root.ram.createGroup({ GroupName: NAME }, POST);
  await root.ram.addUserToGroup({ UserName: NAME, GroupName: NAME }, POST);
  const { Groups } = await root.ram.listGroupsForUser({ UserName: NAME }, POST);
  found.groups = Groups.Group.map((group) => group.GroupName);
  const { AccessKey } = await root.ram.createAccessKey({ UserName: NAME }, POST);
  const user = clients(AccessKey);
  found.refused = await refusal(() => user.ram.listUsers({}, POST));

  const attachment = { PolicyType: 'System', PolicyName: 'AliyunSTSAssumeRoleAccess', UserName: NAME };
  await root.ram.attachPolicyToUser(attachment, POST);
  const assumed = await user.sts.assumeRole(role, 'by-hand');
  found.assumed = assumed.AssumedRoleUser.Arn;
  const session = clients(assumed.Credentials);
  found.session = (await session.sts.getCallerIdentity()).Arn;
  found.library = (await userNames(session.ram)).length;
  found.library_report = await subUsers(session.ims);
  found.session_refused = await refusal(() => session.ram.createUser({ UserName: 'never' }, POST));

  await root.ram.detachPolicyFromUser(attachment, POST);
  await root.ram.removeUserFromGroup({ UserName: NAME, GroupName: NAME }, POST);
  await root.ram.deleteGroup({ GroupName: NAME }, POST);
  await root.ram.deleteAccessKey({ UserName: NAME, UserAccessKeyId: AccessKey.AccessKeyId }, POST);
  await root.ram.deleteUser({ UserName: NAME }, POST);
  found.left = await userNames(root.ram);
  process.stdout.write(`${JSON.stringify(found)}\n`);
}

main();
