/** Entities: whom a baseline belongs to (the owner), and the task or session that is its instance now. */

export type OwnerKind =
  | 'service'
  | 'family'
  | 'cluster'
  | 'principal'
  | 'account'
  | 'workload'
  | 'namespace'
  | 'interface'
  | 'host'
  | 'stream';

export interface Owner {
  kind: OwnerKind;
  account: string;
  region: string;
  cluster: string;
  name: string;
}

/** A phase of a task's life: the first five minutes, the time it is wanted, and from when it is no longer. */
export type Phase = 'start' | 'run' | 'stop';

export interface Entity {
  owner: Owner;
  /** Container name; empty where the record does not tell it. */
  container: string;
  /** Task id, session name, pod: the instance; empty where there is none. */
  instance: string;
  phase: Phase;
  /** Task-definition revision, where known. */
  revision?: string;
}

/** One line that names an owner: `service:123456789012/eu-west-1/shop/checkout`. */
export function ownerKey(owner: Owner): string {
  return `${owner.kind}:${owner.account}/${owner.region}/${owner.cluster}/${owner.name}`;
}

/** The name a sentence uses for an entity: the service's own name first. */
export function entityName(entity: Entity): string {
  const { owner, container } = entity;
  const name = owner.kind === 'principal' ? owner.name.replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, '') : owner.name;
  return container !== '' && container !== owner.name ? `${name} (${container})` : name;
}
