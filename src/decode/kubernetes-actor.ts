/** Who made a Kubernetes call: user, service account or node, and on EKS the AWS identity behind it. */
import type { ApiActor, JsonObject, JsonValue, Subject } from '#contract';
import { arnOf, assumedRoleOf } from './arn.ts';
import { objectOf, optionalText, textOf, textsOf } from './fields.ts';

const serviceAccountPrefix = 'system:serviceaccount:';

export interface KubernetesCaller {
  actor: ApiActor;
  /** Names of the caller: principal, session, and the namespace and pod of a service account. */
  names: Subject;
}

export function callerOf(value: JsonValue | undefined): KubernetesCaller {
  const user = objectOf(value);
  const extra = objectOf(user['extra']);
  const userName = textOf(user['username']);
  // An access entry of EKS names its users by the session's ARN, which is new with every session.
  const assumed = assumedRoleOf(userName);
  const principal = assumed?.role ?? userName;
  const arn = firstOf(extra, 'arn') ?? firstOf(extra, 'canonicalArn');
  const pod = firstOf(extra, 'authentication.kubernetes.io/pod-name');
  const session = firstOf(extra, 'sessionName') ?? assumed?.session ?? pod;

  const actor: ApiActor = { type: typeOf(userName), principal };
  if (session !== undefined) actor.session = session;
  const accessKeyId = firstOf(extra, 'accessKeyId');
  if (accessKeyId !== undefined) actor.accessKeyId = accessKeyId;
  const account = arnOf(arn ?? userName)?.account;
  if (account !== undefined && account !== '') actor.account = account;
  const groups = textsOf(user['groups']);
  if (groups.length > 0) actor.groups = groups;

  const names: Subject = { account, principal, session, pod };
  if (actor.type === 'ServiceAccount') names.namespace = userName.slice(serviceAccountPrefix.length).split(':', 1)[0];
  return { actor, names };
}

function typeOf(userName: string): string {
  if (userName.startsWith(serviceAccountPrefix)) return 'ServiceAccount';
  return userName.startsWith('system:node:') ? 'Node' : 'User';
}

/** Values of `extra` are arrays of texts. */
function firstOf(extra: Readonly<JsonObject>, key: string): string | undefined {
  const value = extra[key];
  return optionalText(Array.isArray(value) ? value[0] : value);
}
