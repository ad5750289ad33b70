/** Who made an AWS call: the caller without its session, as CloudTrail's `userIdentity` tells it. */
import type { ApiActor, JsonObject, JsonValue } from '#contract';
import { arnOf, assumedRoleOf } from './arn.ts';
import { booleanOf, objectOf, optionalText, textOf } from './fields.ts';

type Identity = Readonly<JsonObject>;

/** The actor of `userIdentity`; where nothing names the caller the principal is ''. */
export function actorOf(value: JsonValue | undefined): ApiActor {
  const identity = objectOf(value);
  const context = objectOf(identity['sessionContext']);
  const issuer = objectOf(context['sessionIssuer']);
  const invokedBy = optionalText(identity['invokedBy']);
  // Services that act for an account write an identity without type: account and `invokedBy` alone.
  const type = optionalText(identity['type']) ?? (invokedBy === undefined ? 'Unknown' : 'AWSService');
  const { principal, session } = callerOf(type, identity, issuer, invokedBy);
  const actor: ApiActor = { type, principal };
  if (session !== undefined && session !== '') actor.session = session;
  const accessKeyId = optionalText(identity['accessKeyId']);
  if (accessKeyId !== undefined) actor.accessKeyId = accessKeyId;
  const account = optionalText(identity['accountId']) ?? optionalText(issuer['accountId']) ?? arnOf(principal)?.account;
  if (account !== undefined && account !== '') actor.account = account;
  if (invokedBy !== undefined) actor.invokedBy = invokedBy;
  const isMfa = booleanOf(objectOf(context['attributes'])['mfaAuthenticated']);
  if (isMfa !== undefined) actor.isMfaAuthenticated = isMfa;
  return actor;
}

interface Caller {
  principal: string;
  session?: string | undefined;
}

function callerOf(type: string, identity: Identity, issuer: Identity, invokedBy: string | undefined): Caller {
  const arn = textOf(identity['arn']);
  const principalId = textOf(identity['principalId']);
  const account = textOf(identity['accountId']);
  const userName = textOf(identity['userName']);
  const issuerArn = textOf(issuer['arn']);
  switch (type) {
    case 'AWSService':
      return { principal: invokedBy ?? (arn || principalId) };
    case 'AssumedRole':
    case 'Role': {
      const assumed = assumedRoleOf(arn);
      const session = assumed?.session ?? afterColon(principalId);
      const name = textOf(issuer['userName']) || userName;
      // The issuer's ARN comes first: it alone holds the path of the role.
      const role = issuerArn || (assumed?.role ?? (arn || (name === '' ? '' : iamArn(account, `role/${name}`))));
      return { principal: role || beforeColon(principalId), session };
    }
    case 'FederatedUser': {
      const session = arn.slice(arn.lastIndexOf('/') + 1) || afterColon(principalId);
      return { principal: issuerArn || arn || beforeColon(principalId), session };
    }
    case 'SAMLUser':
    case 'WebIdentityUser': {
      const provider = textOf(identity['identityProvider']);
      return { principal: provider !== '' && userName !== '' ? `${provider}/${userName}` : userName || principalId };
    }
    case 'IdentityCenterUser': {
      const user = textOf(objectOf(identity['onBehalfOf'])['userId']);
      return { principal: user || userName || principalId };
    }
    case 'Root':
      return { principal: arn || iamArn(account, 'root') };
    case 'AWSAccount':
      // A caller of another account: its principal id is all that tells its roles and users apart.
      return { principal: account || beforeColon(principalId), session: principalId === account ? undefined : principalId };
    default: {
      // A failed console sign-in as IAM user has a name, or what replaces it, and no ARN.
      const named = userName === '' ? '' : account === '' ? userName : iamArn(account, `user/${userName}`);
      return { principal: arn || named || beforeColon(principalId) || account || (invokedBy ?? '') };
    }
  }
}

function iamArn(account: string, resource: string): string {
  return account === '' ? '' : `arn:aws:iam::${account}:${resource}`;
}

function beforeColon(text: string): string {
  const colon = text.indexOf(':');
  return colon < 0 ? text : text.slice(0, colon);
}

function afterColon(text: string): string {
  const colon = text.indexOf(':');
  return colon < 0 ? '' : text.slice(colon + 1);
}
