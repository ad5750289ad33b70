/** Acts that widen rights in AWS: policies, roles, trust, organisations, permission sets. */
import type { ApiActivity, Severity } from '#contract';
import { act, raised, type Act, type ActTable } from './act.ts';
import { outsidersAmong, policyOf } from './policy.ts';
import { hasField, textAt, textsUnder } from './request.ts';

const administrators = /policy\/(?:AdministratorAccess|IAMFullAccess|PowerUserAccess|job-function\/SystemAdministrator)$|^arn:aws[\w-]*:iam::aws:policy\/.*Admin/;
/** AWS attaches it itself where it found a key in public. */
const quarantine = /AWSCompromisedKeyQuarantine/;
const leaked = act('access-key', 'wrong', 'high', 'was told by AWS|be told by AWS', 'of a key in public hands: that of', 'T1552');

/** `a policy to the user` gives way to what it grants. */
function asAdministrator(thing: string): string {
  return thing.startsWith('a policy ') ? `administrator rights ${thing.slice('a policy '.length)}` : `to administrator rights ${thing}`;
}

/** What a policy grants decides: everything, every role, or something. */
function granted(base: Act): (activity: ApiActivity) => Act | undefined {
  return (activity) => {
    const arn = textAt(activity.request, 'policyArn');
    if (quarantine.test(arn)) return raised(leaked, { facets: ['quarantine'], named: textAt(activity.request, 'userName') });
    const policy = policyOf(activity);
    if (administrators.test(arn) || policy.isAdministrator) {
      return raised(base, { gravity: 'grave', severity: 'high', facets: ['administrator'], thing: asAdministrator(base.thing) });
    }
    return policy.passesAnyRole ? raised(base, { gravity: 'grave', severity: 'high', facets: ['any role'] }) : base;
  };
}

/** Trust of the account's own services is the ordinary case; of others it is a way in. */
function trusted(base: Act): (activity: ApiActivity) => Act {
  return (activity) => {
    const { isPublic, outsiders, federations } = policyOf(activity);
    if (isPublic) return raised(base, { gravity: 'wrong', severity: 'critical', facets: ['public'], thing: 'the role', after: 'to everybody' });
    if (outsiders.length > 0) {
      const facets = outsiders.map((account) => `outside ${account}`);
      return raised(base, { gravity: 'grave', severity: 'high', facets, thing: 'the role', after: `to account ${outsiders[0]!}` });
    }
    return federations.length > 0 ? raised(base, { facets: federations.map((provider) => `federated ${provider}`) }) : base;
  };
}

const attach = (to: string): Act => act('rights', 'grave', 'medium', 'attached|attach', `a policy to the ${to}`, 'T1098.003');
const inline = (to: string): Act => act('rights', 'grave', 'medium', 'wrote|write', `a policy into the ${to}`, 'T1098.003');
const version = act('rights', 'grave', 'medium', 'rewrote|rewrite', 'the policy', 'T1098.003');
const boundary = (of: string): Act => act('rights', 'notable', 'medium', 'changed|change', `the permissions boundary of the ${of}`, 'T1098.003');
const removed = (thing: string): Act => act('rights', 'notable', 'low', 'removed|remove', thing, 'T1531');
const provider = act('trust', 'grave', 'high', 'trusted|trust', 'the identity provider', 'T1484.002');
const trust = act('trust', 'grave', 'medium', 'opened|open', 'the trust of the role', 'T1098.003');
const organisation = (severity: Severity, verbs: string, thing: string): Act => act('organisation', 'wrong', severity, verbs, thing, 'T1666');
const permissionSet = act('rights', 'grave', 'high', 'gave|give', 'rights to the permission set', 'T1098.003');
const anchor = act('trust', 'grave', 'high', 'trusted|trust', 'an outside certificate authority as', 'T1098.003');

/** A new role matters by whom it trusts. */
function roleMade(activity: ApiActivity): Act {
  const made = trusted(act('trust', 'notable', 'low', 'created|create', 'the role', 'T1136.003'))(activity);
  return made.gravity === 'notable' ? made : { ...made, after: `open ${made.after ?? ''}` };
}

/** Roles of other accounts that assume ours name themselves by an id alone. */
function assumedFromOutside(activity: ApiActivity): Act | undefined {
  const { actor, subject } = activity;
  const isOutside = actor.account !== undefined && subject.account !== undefined && actor.account !== subject.account;
  if (!isOutside || actor.invokedBy !== undefined) return undefined;
  return raised(act('trust', 'notable', 'medium', 'came in|come in', 'from another account as the role', 'T1199'), { facets: [`from ${actor.account!}`] });
}

export const rightsActs: ActTable = {
  'iam.amazonaws.com': {
    AttachUserPolicy: granted(attach('user')),
    AttachRolePolicy: granted({ ...attach('role'), gravity: 'notable' }),
    AttachGroupPolicy: granted(attach('group')),
    PutUserPolicy: granted(inline('user')),
    PutRolePolicy: granted({ ...inline('role'), gravity: 'notable' }),
    PutGroupPolicy: granted(inline('group')),
    CreatePolicy: granted(act('rights', 'notable', 'low', 'created|create', 'a policy named', 'T1098.003')),
    CreatePolicyVersion: granted(version),
    SetDefaultPolicyVersion: version,
    PutUserPermissionsBoundary: boundary('user'),
    PutRolePermissionsBoundary: boundary('role'),
    DeleteUserPermissionsBoundary: { ...boundary('user'), gravity: 'grave', severity: 'high', past: 'took away', infinitive: 'take away' },
    DeleteRolePermissionsBoundary: { ...boundary('role'), gravity: 'grave', severity: 'high', past: 'took away', infinitive: 'take away' },
    DetachUserPolicy: removed('a policy from the user'),
    DetachRolePolicy: removed('a policy from the role'),
    DetachGroupPolicy: removed('a policy from the group'),
    DeleteUserPolicy: removed('a policy of the user'),
    DeleteRolePolicy: removed('a policy of the role'),
    DeleteGroupPolicy: removed('a policy of the group'),
    AddRoleToInstanceProfile: act('rights', 'notable', 'medium', 'put|put', 'a role into an instance profile:', 'T1098.003'),
    CreateServiceLinkedRole: act('rights', 'notable', 'low', 'created|create', 'the service-linked role', 'T1098.003'),
    CreateRole: roleMade,
    UpdateAssumeRolePolicy: trusted(trust),
    CreateSAMLProvider: provider,
    DeleteSAMLProvider: act('trust', 'grave', 'medium', 'deleted|delete', 'the identity provider', 'T1531'),
    DeleteOpenIDConnectProvider: act('trust', 'grave', 'medium', 'deleted|delete', 'the identity provider', 'T1531'),
    UpdateSAMLProvider: provider,
    CreateOpenIDConnectProvider: provider,
    AddClientIDToOpenIDConnectProvider: provider,
    UpdateOpenIDConnectProviderThumbprint: provider,
  },
  'sts.amazonaws.com': {
    AssumeRole: assumedFromOutside,
    AssumeRoot: act('root-user', 'grave', 'high', 'took|take', 'root rights in a member account', 'T1078.004'),
  },
  'rolesanywhere.amazonaws.com': {
    CreateTrustAnchor: anchor,
    UpdateTrustAnchor: anchor,
    EnableTrustAnchor: anchor,
    CreateProfile: act('trust', 'grave', 'high', 'opened|open', 'roles to holders of outside certificates, as', 'T1098.003'),
    UpdateProfile: act('trust', 'grave', 'high', 'opened|open', 'roles to holders of outside certificates, as', 'T1098.003'),
    ImportCrl: act('trust', 'notable', 'medium', 'changed|change', 'the list of revoked certificates', 'T1098.003'),
  },
  'organizations.amazonaws.com': {
    LeaveOrganization: organisation('critical', 'took|take', 'the account out of its organisation'),
    RemoveAccountFromOrganization: organisation('high', 'removed|remove', 'an account from the organisation:'),
    DeleteOrganization: organisation('critical', 'deleted|delete', 'the organisation'),
    CloseAccount: organisation('critical', 'closed|close', 'an account:'),
    DetachPolicy: { ...organisation('high', 'detached|detach', 'a guard rail of the organisation:'), gravity: 'grave' },
    DeletePolicy: { ...organisation('high', 'deleted|delete', 'a guard rail of the organisation:'), gravity: 'grave' },
    UpdatePolicy: { ...organisation('medium', 'changed|change', 'a guard rail of the organisation:'), gravity: 'notable' },
    DisablePolicyType: organisation('high', 'switched off|switch off', 'guard rails of the organisation'),
    InviteAccountToOrganization: { ...organisation('high', 'invited|invite', 'an account into the organisation:'), gravity: 'grave' },
    AcceptHandshake: { ...organisation('high', 'took|take', 'the account into another organisation'), gravity: 'grave' },
    MoveAccount: { ...organisation('medium', 'moved|move', 'an account within the organisation:'), gravity: 'notable' },
    CreateAccount: { ...organisation('medium', 'created|create', 'an account:'), gravity: 'notable' },
    RegisterDelegatedAdministrator: { ...organisation('high', 'made|make', 'an administrator of the organisation of account'), gravity: 'grave' },
  },
  'sso.amazonaws.com': {
    CreateAccountAssignment: { ...permissionSet, gravity: 'notable', severity: 'medium' },
    AttachManagedPolicyToPermissionSet: granted({ ...permissionSet, severity: 'medium' }),
    AttachCustomerManagedPolicyReferenceToPermissionSet: { ...permissionSet, severity: 'medium' },
    PutInlinePolicyToPermissionSet: granted({ ...permissionSet, severity: 'medium' }),
    DeletePermissionsBoundaryFromPermissionSet: permissionSet,
    CreateTrustedTokenIssuer: provider,
    UpdateSsoConfiguration: act('trust', 'grave', 'high', 'changed|change', 'how the organisation signs in', 'T1556.007'),
    AssociateDirectory: provider,
    ConfigureIdentityProvider: provider,
    EnableExternalIdPConfigurationForDirectory: provider,
  },
  'eks.amazonaws.com': {
    CreateAccessEntry: act('cluster-rights', 'grave', 'medium', 'let|let', 'a principal into the cluster:', 'T1098.006'),
    UpdateAccessEntry: act('cluster-rights', 'grave', 'medium', 'changed|change', 'an access entry of the cluster:', 'T1098.006'),
    AssociateAccessPolicy: (activity) =>
      raised(
        act('cluster-rights', 'grave', 'medium', 'gave|give', 'rights in the cluster to', 'T1098.006'),
        /admin/i.test(textsUnder(activity.request, /policyArn/i).join(' ')) ? { severity: 'high', facets: ['administrator'] } : {},
      ),
    AssociateIdentityProviderConfig: provider,
    CreatePodIdentityAssociation: act('cluster-rights', 'notable', 'medium', 'gave|give', 'a role to pods of', 'T1098.006'),
  },
  'ram.amazonaws.com': {
    CreateResourceShare: shared,
    AssociateResourceShare: shared,
    UpdateResourceShare: shared,
    EnableSharingWithAwsOrganization: act('exposure', 'notable', 'medium', 'let|let', 'resources be shared in the organisation', 'T1537'),
  },
};

function shared(activity: ApiActivity): Act {
  const base = act('exposure', 'notable', 'medium', 'shared|share', 'resources under', 'T1537');
  const outsiders = outsidersAmong(textsUnder(activity.request, /^principals?$/i), activity);
  const isOpen = hasField(activity.request, /^allowExternalPrincipals$/i) && textAt(activity.request, 'allowExternalPrincipals') === 'true';
  if (outsiders.length === 0 && !isOpen) return base;
  return raised(base, { gravity: 'grave', severity: 'high', facets: outsiders.map((account) => `outside ${account}`) });
}
