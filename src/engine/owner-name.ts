/** Names of owners: what contains whom, and which of them may turn out to be one. */
import { ownerKey, type Owner } from '#contract';

/** Owners that live in a cluster. */
export function isInPlace({ kind, cluster }: Owner): boolean {
  return cluster !== '' && (kind === 'service' || kind === 'family' || kind === 'workload' || kind === 'cluster');
}

/** Owners of one pack are saved and recalled together: those that may turn out to be one. */
export function packOf(owner: Owner): string {
  return isInPlace(owner) ? nameIn(owner) : ownerKey(owner);
}

export function nameIn({ kind, cluster, name }: Owner): string {
  return `${kind}|${cluster}|${name}`;
}

/** Packs of an owner and of what contains it, against whose baseline it is judged as long as it has none of its own. */
export function packsOf(owner: Owner): string[] {
  const parent = parentOf(owner);
  return [packOf(owner), ...(parent === undefined ? [] : packsOf(parent))];
}

export function parentOf(owner: Owner): Owner | undefined {
  const { account, region, cluster } = owner;
  switch (owner.kind) {
    case 'principal':
    case 'interface':
    case 'host':
      return { kind: 'account', account, region: '', cluster, name: account === '' ? cluster : account };
    case 'service':
    case 'family':
    case 'workload':
      return { kind: 'cluster', account, region, cluster, name: cluster };
    default:
      return undefined;
  }
}
