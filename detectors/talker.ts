/** Who holds a connection or a listening socket: compared by its path, named with those who started it. */
import type { Connection, Destination, Program } from '#contract';
import { baseName, isInterpreter, isShell, pathKey } from './program-key.ts';
import { lineageSaid, said } from './process-phrase.ts';
import { kindOfProgram } from './program-kinds.ts';

/** Stands for whoever could not be known. */
export const unknownTalker = '?';

export function talkerKey(program: Program | undefined): string {
  return program === undefined ? unknownTalker : pathKey(program);
}

const fileName = ({ path, name }: Program): string => (path === '' ? name : baseName(path));

/** A path alone tells little of who it is: with its parent it tells more. Empty for all others, and where the parent is not known. */
export function startedKey(program: Program | undefined, lineage: readonly Program[]): string {
  const [parent] = lineage;
  if (program === undefined || parent === undefined || !isInterpreter(fileName(program))) return '';
  return `${pathKey(program)} < ${pathKey(parent)}`;
}

/** A shell started it, or one that started that: a person at a keyboard, or a script. */
export function isFromShell(lineage: readonly Program[]): boolean {
  return lineage.slice(0, 2).some((program) => isShell(fileName(program)));
}

/** Shells, interpreters, and programs that carry bytes wherever they are told to. */
export function isVersatile(program: Program | undefined): boolean {
  if (program === undefined) return false;
  const kind = kindOfProgram(fileName(program));
  return kind === 'shell' || kind === 'interpreter' || kind === 'network';
}

export function talkerSaid(program: Program | undefined): string {
  return program === undefined || talkerKey(program) === unknownTalker ? 'a program that is not known' : said(program);
}

/** Whom it was and who started it, for the end of a sentence. */
export function originSaid(program: Program | undefined, lineage: readonly Program[]): string {
  if (program === undefined || talkerKey(program) === unknownTalker) return 'which program it was could not be known';
  return `it was ${lineageSaid(program, lineage)}`;
}

/** What a connection leads to, as destinations are compared. */
export function destinationOf(seen: Connection): Destination {
  const { timeMs, minuteMs, count, records, peer, peerKind, peerAddress, port, protocol, names, sentBytes, receivedBytes, isRejected, isPrivate, activity } = seen;
  return { kind: 'destination', timeMs, minuteMs, count, records, peer, peerKind, port, protocol, addresses: [peerAddress], names, sentBytes, receivedBytes, isRejected, isPrivate, activity };
}

/** Addresses at which a task gets its role's credentials: of ECS, of the machine beneath, of EKS pod identity. */
const credentialAddresses: ReadonlyMap<string, string> = new Map([
  ['169.254.170.2', "the task role's credentials"],
  ['169.254.169.254', "the machine's credentials"],
  ['fd00:ec2::254', "the machine's credentials"],
  ['169.254.170.23', "the pod's credentials"],
  ['fd00:ec2::23', "the pod's credentials"],
]);

/** Whose credentials are at an address; undefined for all others. */
export function credentialsAt(address: string): string | undefined {
  return credentialAddresses.get(address);
}
