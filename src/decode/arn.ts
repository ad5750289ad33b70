/** Amazon Resource Names taken apart, and the names of tasks, roles and task definitions in them. */

export interface Arn {
  partition: string;
  service: string;
  region: string;
  account: string;
  /** What follows the account; may itself hold colons and slashes. */
  resource: string;
}

/** `arn:partition:service:region:account:resource`, or undefined. */
export function arnOf(text: string): Arn | undefined {
  if (!text.startsWith('arn:')) return undefined;
  const service = text.indexOf(':', 4);
  const region = text.indexOf(':', service + 1);
  const account = text.indexOf(':', region + 1);
  const resource = text.indexOf(':', account + 1);
  if (service < 0 || region <= service || account <= region || resource <= account) return undefined;
  return {
    partition: text.slice(4, service),
    service: text.slice(service + 1, region),
    region: text.slice(region + 1, account),
    account: text.slice(account + 1, resource),
    resource: text.slice(resource + 1),
  };
}

export interface TaskName {
  account: string;
  region: string;
  /** Empty in the old form of the ARN, `task/<id>`. */
  cluster: string;
  task: string;
}

/** Account, region, cluster and id in `arn:aws:ecs:region:account:task/cluster/id`. */
export function taskNameOf(text: string): TaskName | undefined {
  const arn = arnOf(text);
  if (arn === undefined || arn.service !== 'ecs') return undefined;
  const parts = arn.resource.split('/', 3);
  const [kind, second = '', third] = parts;
  if (kind !== 'task' || second === '') return undefined;
  const { account, region } = arn;
  return third === undefined ? { account, region, cluster: '', task: second } : { account, region, cluster: second, task: third };
}

/** Name of a cluster or service from its ARN or from itself: what follows the last slash. */
export function lastName(text: string): string {
  return text.slice(text.lastIndexOf('/') + 1);
}

/** `family` and `revision` in `arn:…:task-definition/family:7` or `family:7`. */
export function taskDefinitionOf(text: string): { family: string; revision?: string } | undefined {
  const name = lastName(text);
  if (name === '') return undefined;
  const colon = name.lastIndexOf(':');
  return colon <= 0 ? { family: name } : { family: name.slice(0, colon), revision: name.slice(colon + 1) };
}

/** Service and family in the group of a task: `service:checkout`, `family:batch`. */
export function groupOf(group: string): { service?: string; family?: string } {
  if (group.startsWith('service:')) return { service: group.slice(8) };
  return group.startsWith('family:') ? { family: group.slice(7) } : {};
}

/** Role and session in `arn:aws:sts::account:assumed-role/role/session`, the role as the ARN IAM knows it by. */
export function assumedRoleOf(text: string): { role: string; session?: string } | undefined {
  const arn = arnOf(text);
  if (arn === undefined || arn.service !== 'sts' || !arn.resource.startsWith('assumed-role/')) return undefined;
  const slash = arn.resource.indexOf('/', 13);
  const name = slash < 0 ? arn.resource.slice(13) : arn.resource.slice(13, slash);
  if (name === '') return undefined;
  const session = slash < 0 ? '' : arn.resource.slice(slash + 1);
  const role = `arn:${arn.partition}:iam::${arn.account}:role/${name}`;
  return session === '' ? { role } : { role, session };
}

/** Task ids on Fargate, and the session names that ECS gives to the role of a task: 32 hex digits. */
export function isTaskId(text: string): boolean {
  return text.length === 32 && /^[0-9a-f]{32}$/.test(text);
}
