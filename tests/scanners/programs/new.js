'use strict';
// The vendor's Node SDKs of today, with the vendor's own host names: what each step answered, as one JSON line.

const { default: Credentials, Config: CredentialsConfig } = require('@alicloud/credentials');
const ims = require('@alicloud/ims20190815');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const ram = require('@alicloud/ram20150501');
const sts = require('@alicloud/sts20150401');

const [account, role] = process.argv.slice(2);
const NAME = 'sdk-user';

// One client of each product.
function clients(credential) {
  const config = (endpoint) => new $OpenApiUtil.Config({ credential, endpoint, regionId: 'cn-hangzhou' });
  return {
    ram: new ram.default(config('ram.aliyuncs.com')),
    ims: new ims.default(config()),
    sts: new sts.default(config()),
  };
}

// Code and status of a call that must fail, and whether it says why in the sealed form.
async function refusal(call) {
  const error = await call().then(() => { throw new Error('it was not refused'); }, (caught) => caught);
  return [error.code, error.statusCode, Boolean(error.accessDeniedDetail?.EncodedDiagnosticMessage)];
}

const userNames = async (client) =>
  (await client.listUsers(new ram.ListUsersRequest({}))).body.users.user.map((user) => user.userName).sort();

const subUsers = async (client) =>
  (await client.getAccountSecurityPracticeReport()).body.accountSecurityPracticeInfo
    .accountSecurityPracticeUserInfo.subUser;

async function main() {
  const found = {};
  const root = clients(new Credentials());
  const { body: caller } = await root.sts.getCallerIdentity();
  found.identity = [caller.accountId, caller.identityType];
  found.report = await subUsers(root.ims);
  found.users = await userNames(root.ram);

  await root.ram.createUser(new ram.CreateUserRequest({ userName: NAME, displayName: 'SDK' }));
  const userPrincipalName = `${NAME}@${account}.onaliyun.com`;
  found.created = (await root.ims.getUser(new ims.GetUserRequest({ userPrincipalName }))).body.user.displayName;
  await root.ram.createGroup(new ram.CreateGroupRequest({ groupName: NAME }));
  const membership = { userName: NAME, groupName: NAME };
  await root.ram.addUserToGroup(new ram.AddUserToGroupRequest(membership));
  const { body } = await root.ram.listGroupsForUser(new ram.ListGroupsForUserRequest({ userName: NAME }));
  found.groups = body.groups.group.map((group) => group.groupName);
  const made = (await root.ram.createAccessKey(new ram.CreateAccessKeyRequest({ userName: NAME }))).body.accessKey;
  const pair = { accessKeyId: made.accessKeyId, accessKeySecret: made.accessKeySecret };
  const user = clients(new Credentials(new CredentialsConfig({ type: 'access_key', ...pair })));
  found.refused = await refusal(() => user.ram.listUsers(new ram.ListUsersRequest({})));

  const attachment = { policyType: 'System', policyName: 'AliyunSTSAssumeRoleAccess', userName: NAME };
  await root.ram.attachPolicyToUser(new ram.AttachPolicyToUserRequest(attachment));
  const wanted = new sts.AssumeRoleRequest({ roleArn: role, roleSessionName: 'by-hand' });
  const { body: assumed } = await user.sts.assumeRole(wanted);
  found.assumed = assumed.assumedRoleUser.arn;
  const session = clients(new Credentials(new CredentialsConfig({
    type: 'sts',
    accessKeyId: assumed.credentials.accessKeyId,
    accessKeySecret: assumed.credentials.accessKeySecret,
    securityToken: assumed.credentials.securityToken,
  })));
  found.session = (await session.sts.getCallerIdentity()).body.arn;

  const library = clients(new Credentials(new CredentialsConfig({
    type: 'ram_role_arn', ...pair, roleArn: role, roleSessionName: 'by-library',
  })));
  found.library = (await userNames(library.ram)).length;
  found.library_report = await subUsers(library.ims);
  found.session_refused = await refusal(
    () => library.ram.createUser(new ram.CreateUserRequest({ userName: 'never' })));

  await root.ram.detachPolicyFromUser(new ram.DetachPolicyFromUserRequest(attachment));
  await root.ram.removeUserFromGroup(new ram.RemoveUserFromGroupRequest(membership));
  await root.ram.deleteGroup(new ram.DeleteGroupRequest({ groupName: NAME }));
  const key = { userName: NAME, userAccessKeyId: made.accessKeyId };
  await root.ram.deleteAccessKey(new ram.DeleteAccessKeyRequest(key));
  await root.ram.deleteUser(new ram.DeleteUserRequest({ userName: NAME }));
  found.left = await userNames(root.ram);
  process.stdout.write(`${JSON.stringify(found)}\n`);
}

main();
