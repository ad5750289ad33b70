/** Ties: what an alert has in common with others of one story. */
import type { Alert } from '#contract';

/** Ids of ECS tasks (32 hex digits) and UUIDs are unique in the world; other names are so only where they belong. */
const worldwide = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

export interface Ties {
  /** By which it looks for a story, the surest first. */
  seeks: string[];
  /** By which others find the story once it is part of it. */
  leaves: string[];
}

/**
 * A task ties its own alerts, and a role session that is named by the task. What is true of a service as a whole is tied
 * to each task of it; two tasks are not tied to each other. Acts of principals that serve an attack are tied within their
 * account: who breaks in goes from one principal to the next. Records that do not know their account are tied by the rest
 * of the name.
 */
export function tiesOf({ attack, entity }: Alert): Ties {
  const { kind, name, account, region, cluster, instance } = entity;
  const place = `${account}/${region}`;
  const isPlaced = account !== '' || region !== '';
  const owner = `${kind}/${cluster}/${name}`;
  const seeks: string[] = [];
  const leaves: string[] = [];
  if (instance !== '') {
    const task = worldwide.test(instance) ? `task ${instance.toLowerCase()}` : `task ${place}/${owner}/${instance}`;
    seeks.push(task);
    leaves.push(task);
  }
  // `whole` leads to stories with an alert about the owner as a whole, `part` to all stories of the owner.
  const scope = instance === '' ? 'part' : 'whole';
  if (kind === 'principal') {
    seeks.push(`part ${place} ${owner}`);
    if (attack.length > 0) seeks.push(`principals ${account}/${cluster}`);
  } else {
    if (isPlaced) seeks.push(`${scope} ${place} ${owner}`, `${scope} ${owner}`);
    else seeks.push(`${scope} ${owner}`, `${scope} anywhere ${owner}`);
  }
  for (const part of instance === '' ? ['part', 'whole'] : ['part']) {
    leaves.push(isPlaced ? `${part} ${place} ${owner}` : `${part} ${owner}`);
    if (isPlaced && kind !== 'principal') leaves.push(`${part} anywhere ${owner}`);
  }
  if (kind === 'principal' && attack.length > 0) leaves.push(`principals ${account}/${cluster}`);
  return { seeks, leaves };
}
