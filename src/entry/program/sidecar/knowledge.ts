/** What a sidecar knows at its start, and gives back: a new task is not a newborn (E22). */
import { readFileSync } from 'node:fs';
import { FargazerError, type Clock, type JsonValue, type Owner } from '#contract';
import type { Config } from '../../../config/index.ts';
import { mergeOwners } from '../../../engine/merge-owners.ts';
import { Owners } from '../../../engine/owners.ts';
import { unpackOwner, type PackedOwner } from '../../../engine/pack-owner.ts';
import type { Walk } from '../../../engine/run.ts';
import type { SidecarSettings } from '../../cli/sidecar-program.ts';
import { storeKinds } from '../../store-kinds.ts';
import { kindsByName } from '../engine.ts';
import { Exchange } from './exchange.ts';
import type { Whose } from './whose.ts';

export interface Knowledge {
  /** Before the first record is walked. */
  apply(walk: Walk): void;
  /** Gives what was learned since, for at most a second or two. */
  end(): Promise<void>;
}

const giveEveryMs = 600_000;
const lastGiftMs = 1_500;

/** Throws `config-invalid` where the file of baselines is none; a store that does not answer is only told of. */
export async function knowledgeOf({ baselinesFile, onNotice }: SidecarSettings, { store: shared }: Config, { whose, start, clock }: { whose: Whose; start: string; clock: Clock }): Promise<Knowledge> {
  const saved = baselinesFile === undefined ? [] : ownersIn(baselinesFile);
  const { account = '', region = '', cluster = '', task, service: serviceName, family } = whose.subject(undefined);
  const name = serviceName ?? family;
  if (shared === undefined || task === undefined || name === undefined) {
    if (shared !== undefined) onNotice('The store of the configuration is not used: nothing tells whose task this is.');
    return { apply: (walk) => applySaved(walk, saved), end: async () => undefined };
  }
  const service: Owner = { kind: 'service', account, region, cluster, name };
  const store = storeKinds.get(shared.kind)!.make(shared.options as never);
  const exchange = new Exchange(store, { service, task, start, clock });
  const given = await exchange.load(onNotice);
  const isOurs = (owner: Owner): boolean => (owner.kind === 'service' || owner.kind === 'family') && owner.name === name && owner.cluster === cluster;
  const give = (): Promise<unknown> => exchange.give().catch((error: unknown) => onNotice((error as Error).message));
  const timer = setInterval(() => void give(), giveEveryMs);
  timer.unref();
  return {
    apply(walk) {
      // First, for they are added to those who know nothing yet.
      exchange.apply(walk, given, isOurs);
      applySaved(walk, saved);
    },
    async end() {
      clearInterval(timer);
      const late = new Promise((resolve) => setTimeout(resolve, lastGiftMs).unref());
      await Promise.race([give(), late]);
      await Promise.race([store.close(), late]);
    },
  };
}

/** A state of its own knows them already. */
function applySaved({ state }: Walk, saved: readonly PackedOwner[]): void {
  if (saved.length === 0 || Object.keys(state.feedFirstMs).length > 0) return;
  const owners = new Owners();
  for (const owner of saved) unpackOwner({ ...owner, instances: [] }, owners, kindsByName);
  mergeOwners(state.owners, owners);
}

/** A service's baselines are some hundred kilobytes. */
const largestBytes = 64 * 1024 * 1024;

function ownersIn(file: string): PackedOwner[] {
  const refuse = (why: string): never => {
    throw new FargazerError('config-invalid', `${file}: ${why}. Make one with fargazer baseline export --state DIR > ${file}.`);
  };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return refuse(`the file of baselines cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  if (text.length > largestBytes) return refuse('the file of baselines is over 64 MB');
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return refuse('this is no file of baselines');
  }
  const { fargazer, version, owners } = (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}) as { fargazer?: JsonValue; version?: JsonValue; owners?: JsonValue };
  if (fargazer !== 'baselines' || version !== 1 || !Array.isArray(owners)) return refuse('this is no file of baselines, or one of a newer version');
  try {
    const probe = new Owners();
    for (const owner of owners) unpackOwner({ ...(owner as unknown as PackedOwner), instances: [] }, probe, kindsByName);
  } catch {
    return refuse('the file of baselines is damaged');
  }
  return owners as unknown as PackedOwner[];
}
