/** The kernel's counters of connections: they rise also for those that nobody saw. */
import { readFileSync } from 'node:fs';

export interface ConnectionCounts {
  /** Connections asked for from here, accepted here, asked for in vain, and ended by reset, since the namespace began. */
  activeOpens: number;
  passiveOpens: number;
  failedAttempts: number;
  resets: number;
}

/** Undefined where `/proc/net/snmp` cannot be read or has no such lines. */
export function readConnectionCounts(netPath: string): ConnectionCounts | undefined {
  try {
    return parseConnectionCounts(readFileSync(`${netPath}/snmp`, 'latin1'));
  } catch {
    return undefined;
  }
}

export function parseConnectionCounts(text: string): ConnectionCounts | undefined {
  const [names, values] = text.split('\n').filter((line) => line.startsWith('Tcp:')).map((line) => line.trim().split(/ +/));
  if (names === undefined || values === undefined) return undefined;
  const of = (name: string): number => Number(values[names.indexOf(name)] ?? NaN);
  const counts = { activeOpens: of('ActiveOpens'), passiveOpens: of('PassiveOpens'), failedAttempts: of('AttemptFails'), resets: of('EstabResets') };
  return Object.values(counts).every(Number.isFinite) ? counts : undefined;
}
