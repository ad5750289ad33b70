/** Evidence in sentences: who talked to whom, what is new about it, what was sent and whether a name is known. */
import type { Destination, Evidence, History } from '#contract';
import { counted, shortName, sized, spanned } from '../phrase.ts';
import { isProbe } from './burst.ts';
import { ownersOf, protocolName } from './identity.ts';
import type { Novelty } from './weigh.ts';

export interface Told {
  name: string;
  destination: Destination;
  novelty: Novelty;
  /** Objects that were new in this window before, first first; empty where this one stands for itself. */
  others: readonly string[];
  history: History;
  isBorrowed: boolean;
  instance: string;
  /** Destinations that the baseline knows. */
  known: number;
}

const longestTitle = 119;

/** `203.0.113.77 port 443`, `api.example.com port 22`, `10.0.7.9 by ping`. */
function whom(destination: Destination): string {
  const { peerKind, addresses, names, isPrivate } = destination;
  const [owner = destination.peer] = ownersOf(destination);
  const host = peerKind === 'network' ? (addresses[0] ?? owner) : peerKind === 'name' && !isPrivate && names.length === 1 ? names[0]! : owner;
  return `${shortName(host)}${portSaid(destination)}`;
}

function portSaid({ port, protocol }: Destination): string {
  const spoken = protocolName(protocol);
  if (spoken === 'icmp') return ' by ping';
  return spoken === 'tcp' ? ` port ${port}` : ` ${spoken} port ${port}`;
}

function nameSaid({ peerKind, names, addresses }: Destination, { areNamesKnown }: Novelty): string {
  if (peerKind === 'name') return `${shortName(names[0] ?? '')} was looked up for ${shortName(addresses[0] ?? 'it')}`;
  if (peerKind === 'cloud-service') return `the flow log names it a cloud service (${shortName(addresses[0] ?? 'no address')})`;
  return areNamesKnown ? 'no name was looked up for it' : 'whether a name was looked up cannot be known, for names of addresses are not in these records';
}

function newSaid(destination: Destination, { isOwnerKnown, isPortKnown }: Novelty, isBorrowed: boolean): string {
  const [owner = destination.peer] = ownersOf(destination);
  const place = destination.peerKind === 'network' ? 'the network' : shortName(owner);
  const to = isBorrowed ? ' to it and its neighbours' : '';
  if (isOwnerKnown) {
    const known = `${shortName(owner)} is known`;
    return isPortKnown ? `${known} on other ports, and this port with others` : `${known}, though on other ports; this one is new`;
  }
  return isPortKnown ? `${place} is new${to}, the port is not` : `${place} is new${to}, and so is the port`;
}

/** Records of one direction tell nothing of the other; nothing is said of what is not there. */
function exchanged(sentBytes: number, receivedBytes: number): string {
  const sent = sentBytes > 0 ? `sent ${sized(sentBytes)}` : '';
  const received = receivedBytes > 0 ? `received ${sized(receivedBytes)}` : '';
  if (sent === '' && received === '') return 'exchanged nothing that was counted';
  return [sent, received].filter((part) => part !== '').join(' and ');
}

function over({ sinceMs, untilMs, count, days, tasks }: History): string {
  const span = days > 1 ? counted(days, 'day') : spanned(untilMs - sinceMs);
  return `${counted(count, 'connection')} over ${span}${tasks > 0 ? ` and ${counted(tasks, 'task')}` : ''}`;
}

function titleOf({ name, destination, others, novelty }: Told, muchSentBytes: number): string {
  const to = whom(destination);
  const { sentBytes, isRejected, isPrivate } = destination;
  if (others.length > 0) return `${name} ${isProbe(destination) ? 'tried' : 'talked to'} ${novelty.hasMore ? 'over ' : ''}${novelty.together} destinations it never used, the last ${to}`;
  if (isRejected) return `${name} tried to reach ${to}, which it never used, and was refused`;
  if (!isPrivate && sentBytes >= muchSentBytes) return `${name} sent ${sized(sentBytes)} to ${to}, which it never used`;
  return `${name} talked to ${to}, which it never used`;
}

export function tell(told: Told, object: string, muchSentBytes: number): Pick<Evidence, 'title' | 'summary' | 'observed' | 'expected' | 'unit' | 'quiet' | 'lookFirst'> {
  const { destination, novelty, others, history, isBorrowed, name, instance } = told;
  const { sentBytes, receivedBytes, isRejected } = destination;
  const title = titleOf(told, muchSentBytes);
  const exchange = isRejected
    ? 'The attempt was refused, so nothing was exchanged'
    : destination.activity === 'open'
      ? 'The connection was told as it opened'
      : `At first sight it ${exchanged(sentBytes, receivedBytes)}`;
  const listed = others.slice(-3).map(shortName).join(', ');
  const together = others.length === 0 ? '' : ` In the same half hour ${others.length > 3 ? `${others.length} others were new, lately ${listed}` : `${listed} ${others.length === 1 ? 'was' : 'were'} new`}.`;
  const who = instance === '' ? name : `task ${instance.slice(0, 8)} of ${name}`;
  return {
    title: title.length > longestTitle ? `${title.slice(0, longestTitle - 1)}…` : title,
    summary: `${exchange}; ${nameSaid(destination, novelty)}; ${newSaid(destination, novelty, isBorrowed)} (${over(history)}).${together}`,
    observed: others.length === 0 ? object : `${novelty.hasMore ? 'over ' : ''}${novelty.together} new destinations`,
    expected: `one of ${counted(told.known, 'known destination')}${isBorrowed ? ' of its neighbours' : ''}`,
    unit: 'destination',
    quiet: 'Such connections on three days, or from three tasks on two days, or an allowance for the address or name in the configuration.',
    lookFirst:
      others.length > 0
        ? `Which program in ${who} goes through so many destinations, and which of them answered.`
        : isRejected
          ? `Which program in ${who} tried, and whether it found another way out.`
          : `Which program in ${who} opened the connection, and what started it.`,
  };
}
