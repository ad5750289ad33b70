/** Callers: who is judged and how strictly; services that act for an account are mostly let be. */
import type { ApiActivity, ApiActor, Entity } from '#contract';
import { shortName } from '../phrase.ts';

/** `ignored`: the cloud itself at work. `lenient`: on somebody's behalf, or part of a cluster; judged with a ready baseline only. */
export type Strictness = 'ignored' | 'lenient' | 'full';

const serviceRole = /:role\/aws-service-role\//;
/** Parts of the control plane: they carry out what others asked for. */
const controlPlane = /^(?:system:(?:apiserver|kube-controller-manager|kube-scheduler|cloud-controller-manager|node:.*|addon-manager)|eks:.*|aks-.*|kubernetes-admin@internal)$/;
const controller = /^system:serviceaccount:kube-system:[\w-]*-controller$/;
const clusterParts = /^system:(?:serviceaccount:kube-system:|kube-)/;

export function strictnessOf({ actor, namespace, operation }: ApiActivity): Strictness {
  const { principal, type } = actor;
  // Controllers make the pods that somebody's workload asks for: whoever asked, a privileged pod is news.
  // The agents of the cluster itself are started for every node.
  if (controller.test(principal)) return operation === 'create pods' && namespace !== 'kube-system' ? 'full' : 'ignored';
  if (type === 'AWSService' || serviceRole.test(principal) || controlPlane.test(principal)) return 'ignored';
  if (clusterParts.test(principal)) return 'lenient';
  return isOnBehalf(actor) && type !== 'Root' ? 'lenient' : 'full';
}

/** A service called for somebody; the console is no service in this sense, a person sits before it. */
export function isOnBehalf({ invokedBy }: ApiActor): boolean {
  return invokedBy !== undefined && !/^(?:signin|console)\.amazonaws\.com$/.test(invokedBy);
}

/** Sessions that a machine or a task holds by itself: EC2 names them by instance, ECS by task. */
export function isMachineSession(session: string | undefined): session is string {
  return session !== undefined && /^(?:i-[0-9a-f]{8,17}|[0-9a-f]{32})$/.test(session);
}

const privateRange = /^(?:10\.|127\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd]|fe[89ab])/i;

/** The caller's network, wide enough that a pool of addresses is one: /24 or /48; undefined for names and private ranges. */
export function networkOf(address: string | undefined): string | undefined {
  // A machine reaches some services through endpoints inside its network, others from a public address.
  if (address === undefined || privateRange.test(address)) return undefined;
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\d{1,3}$/.exec(address);
  if (parts !== null) return `${parts[1]!}.${parts[2]!}.${parts[3]!}.0/24`;
  if (!/^[0-9a-f:]+$/i.test(address) || !address.includes(':')) return undefined;
  return `${address.toLowerCase().split(':').slice(0, 3).join(':')}::/48`;
}

/**
 * Where a machine, a task or a pod calls from; undefined for people, and inside the own network. Nodes may have public
 * addresses of their own, new with every node: they tell nothing.
 */
export function machineNetwork({ actor, sourceAddress }: ApiActivity): string | undefined {
  const isPod = actor.type === 'ServiceAccount' && !controller.test(actor.principal);
  return isMachineSession(actor.session) || isPod ? networkOf(sourceAddress) : undefined;
}

/** `role ci-deploy`, `user anna`, `the root user`, `service account shop:default`. */
export function callerName(actor: ApiActor, entity: Entity): string {
  const principal = actor.principal || entity.owner.name;
  if (actor.type === 'Root') return 'the root user';
  const aws = /^arn:[^:]*:(?:iam|sts)::\d*:(role|user|federated-user|assumed-role)\/(.+)$/.exec(principal);
  if (aws !== null) return `${aws[1] === 'assumed-role' ? 'role' : aws[1]!.replace('-', ' ')} ${shortName(aws[2]!.split('/').at(-1)!)}`;
  if (principal.startsWith('system:serviceaccount:')) return `service account ${shortName(principal.slice('system:serviceaccount:'.length))}`;
  if (principal === 'system:anonymous') return 'an anonymous caller';
  if (/^\d{12}$/.test(principal)) return `account ${principal}`;
  return principal === '' ? 'a caller without a name' : shortName(principal);
}
