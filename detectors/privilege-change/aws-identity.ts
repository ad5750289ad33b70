/** Acts that make or change who can sign in to AWS: users, keys, passwords, second factors, sign-ins. */
import type { ApiActivity } from '#contract';
import { act, raised, type Act, type ActTable } from './act.ts';
import { textAt } from './request.ts';

/** A key or password for somebody else is how a foothold is kept; for oneself it is rotation. */
function forWhom(base: Act): (activity: ApiActivity) => Act {
  return (activity) => {
    const user = textAt(activity.request, 'userName');
    const isOther = user !== '' && !activity.actor.principal.endsWith(`/${user}`);
    return isOther ? raised(base, { facets: ['for another user'], severity: 'high' }) : base;
  };
}

/** With a second factor, by role or by identity provider: the ordinary ways, which leave no trace of their own here. */
function signIn(activity: ApiActivity): Act | undefined {
  const { actor, outcome } = activity;
  if (actor.type !== 'IAMUser' || actor.isMfaAuthenticated === true || outcome !== 'success') return undefined;
  return raised(act('sign-in', 'grave', 'medium', 'signed in|sign in', 'to the console without a second factor', 'T1078.004'), { facets: ['no second factor'], named: '' });
}

const accessKey = act('access-key', 'grave', 'medium', 'created|create', 'an access key for', 'T1098.001');
const sshKey = act('access-key', 'grave', 'medium', 'added|add', 'a key to', 'T1098.001');
const password = act('password', 'grave', 'medium', 'set|set', 'a console password for', 'T1098');
const newPassword = act('password', 'grave', 'medium', 'changed|change', 'the console password of', 'T1098');
const secondFactorOff = act('identity', 'grave', 'high', 'took away|take away', 'the second factor of', 'T1556.006');
const group = act('rights', 'grave', 'medium', 'put|put', 'a user into the group', 'T1098.003');

export const identityActs: ActTable = {
  'iam.amazonaws.com': {
    CreateUser: act('identity', 'grave', 'medium', 'created|create', 'the user', 'T1136.003'),
    CreateAccessKey: forWhom(accessKey),
    UpdateAccessKey: act('access-key', 'notable', 'medium', 'changed|change', 'an access key of', 'T1098.001'),
    UploadSSHPublicKey: sshKey,
    UploadSigningCertificate: sshKey,
    CreateServiceSpecificCredential: sshKey,
    ResetServiceSpecificCredential: sshKey,
    CreateLoginProfile: forWhom(password),
    UpdateLoginProfile: forWhom(newPassword),
    ChangePassword: act('password', 'notable', 'low', 'changed|change', 'its own password', 'T1098'),
    DeleteLoginProfile: act('password', 'notable', 'medium', 'took away|take away', 'the console password of', 'T1531'),
    DeleteUser: act('identity', 'notable', 'medium', 'deleted|delete', 'the user', 'T1531'),
    UpdateUser: act('identity', 'notable', 'medium', 'renamed|rename', 'the user', 'T1036'),
    DeactivateMFADevice: secondFactorOff,
    DeleteVirtualMFADevice: { ...secondFactorOff, gravity: 'notable' },
    EnableMFADevice: forWhom(act('identity', 'notable', 'medium', 'added|add', 'a second factor to', 'T1556.006')),
    CreateVirtualMFADevice: act('identity', 'notable', 'low', 'created|create', 'a second factor', 'T1556.006'),
    DeleteAccountPasswordPolicy: act('identity', 'grave', 'high', 'deleted|delete', 'the password policy of the account', 'T1556'),
    UpdateAccountPasswordPolicy: act('identity', 'notable', 'medium', 'changed|change', 'the password policy of the account', 'T1556'),
    AddUserToGroup: group,
  },
  'signin.amazonaws.com': {
    ConsoleLogin: signIn,
    GetSigninToken: act('sign-in', 'notable', 'medium', 'made|make', 'a console sign-in out of temporary credentials', 'T1550.001'),
    PasswordRecoveryCompleted: act('sign-in', 'wrong', 'high', 'reset|reset', 'the password of the root user', 'T1078.004'),
    EmailUpdated: act('sign-in', 'wrong', 'critical', 'changed|change', 'the address of the root user', 'T1098'),
  },
  'sts.amazonaws.com': {
    GetFederationToken: act('sign-in', 'grave', 'medium', 'made|make', 'federated credentials that outlive their key, named', 'T1078.004'),
  },
  'sso-directory.amazonaws.com': {
    CreateUser: act('identity', 'grave', 'medium', 'created|create', 'the user of the organisation', 'T1136.003'),
    CreateGroup: act('identity', 'notable', 'medium', 'created|create', 'the group of the organisation', 'T1098'),
    AddMemberToGroup: group,
    UpdatePassword: newPassword,
    DisableMfaDevice: secondFactorOff,
    DeleteMfaDeviceForUser: secondFactorOff,
  },
  'identitystore.amazonaws.com': {
    CreateUser: act('identity', 'grave', 'medium', 'created|create', 'the user of the organisation', 'T1136.003'),
    CreateGroupMembership: group,
  },
  'cognito-idp.amazonaws.com': {
    AdminSetUserPassword: newPassword,
    AdminAddUserToGroup: group,
  },
  'rds.amazonaws.com': {
    ModifyDBInstance: (activity) =>
      'masterUserPassword' in activity.request
        ? raised(act('password', 'grave', 'medium', 'changed|change', 'the master password of', 'T1098'), { facets: ['master password'] })
        : undefined,
  },
};
