/** What was seen in one go: owners are looked for together, while they live, then everything is told in the order it was seen. */
import type { NetworkActivity } from '#contract';
import type { SensorContext, Sighting } from '../part.ts';
import { PerSecond } from '../per-second.ts';
import { toAddressOf } from './endpoints.ts';
import type { Owned, SocketOwners } from './owners.ts';
import type { SocketTable } from './socket-table.ts';

export type NetworkSighting = Extract<Sighting, { kind: 'network' }>;

export interface Outbox {
  /** Asks the kernel at once for the socket with these ends (own end first); whose it is follows at the next `flush`. */
  ask(owned: Owned, protocol: 6 | 17, key: string): void;
  /** For sockets whose inode is known. */
  askOwner(owned: Owned): void;
  /** `owned`: whose it is; nothing is told of our own. */
  push(sighting: Sighting, owned?: Owned): void;
  flush(allowance?: number): void;
}

/** One question costs some 12 µs. From so many a second on, what one program always did is believed to be its again. */
const freelyAskedPerSecond = 200;
const mostAskedPerSecond = 3_000;
/** More of these than anything usual makes are left out, and counted. */
const mostToldPerSecond = 4_000;

export function makeOutbox(context: SensorContext, table: SocketTable, owners: SocketOwners, onLost: (count: number) => void): Outbox {
  let wanted: Owned[] = [];
  /** Far addresses of what was asked for since the last flush. */
  const leadsTo = new Map<Owned, string>();
  let waiting: { sighting: Sighting; owned: Owned | undefined }[] = [];
  const questions = new PerSecond();
  const told = new PerSecond();
  return {
    ask(owned, protocol, key) {
      const asked = questions.add(context.now());
      const usual = asked > freelyAskedPerSecond ? owners.usual(owned.affinity) : undefined;
      if (usual !== undefined) owned.owner = usual;
      if (usual !== undefined || asked > mostAskedPerSecond) return;
      const socket = table.find(protocol, key, false);
      if (asked <= freelyAskedPerSecond) leadsTo.set(owned, toAddressOf(key));
      if (socket === undefined) return;
      owned.inode = socket.inode;
      owned.userId = socket.userId;
      wanted.push(owned);
    },
    askOwner: (owned) => void wanted.push(owned),
    push: (sighting, owned) => void waiting.push({ sighting, owned }),
    flush(allowance) {
      if (wanted.length > 0) {
        const asking = wanted;
        wanted = [];
        owners.resolve(asking, allowance);
      }
      for (const [owned, address] of leadsTo) if (owned.owner === undefined && !owned.isOwn) owned.owner = owners.toldOf(address);
      leadsTo.clear();
      if (waiting.length === 0) return;
      const telling = waiting;
      waiting = [];
      const nowMs = context.now();
      let lost = 0;
      for (const { sighting, owned } of telling) {
        if (owned !== undefined && (owned.isOwn || owned.listener?.isOwn === true)) continue;
        if (told.add(nowMs) > mostToldPerSecond) lost += 1;
        else if (owned === undefined) context.tell(sighting);
        else if (sighting.kind === 'dns') context.tell(sighting);
        else context.tell({ ...sighting, ...whose(owned) } as NetworkSighting, pidOf(owned));
      }
      if (lost > 0) onLost(lost);
    },
  };
}

const holderOf = (owned: Owned): Owned => (owned.owner === undefined && owned.isAccepted === true && owned.listener !== undefined ? owned.listener : owned);

function pidOf(owned: Owned): { pid: number } | undefined {
  const { owner } = holderOf(owned);
  return owner && { pid: owner.pid };
}

/** The fields of an event that tell who holds a socket. */
function whose(owned: Owned): Pick<NetworkActivity, 'program' | 'lineage' | 'userId'> {
  const { owner, userId } = holderOf(owned);
  const user = userId >= 0 ? userId : owner?.userId;
  return { ...(owner && { program: owner.program, lineage: owner.lineage }), ...(user !== undefined && { userId: user }) };
}
