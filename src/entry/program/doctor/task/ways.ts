/** The ways of looking at a task, and the capabilities that they need: what works here, and what is not seen for want of one. */
import { readFileSync } from 'node:fs';
import { indispensableWay, type Way } from '../../../../sensor/index.ts';
import { capabilityNames } from '../../../../sensor/processes/capabilities.ts';
import { fail, ok, warn, type DoctorCheck } from '../report.ts';

export function lookAtWays(ways: readonly Way[]): DoctorCheck[] {
  return ways.map(({ name, isWorking, reason, without, cure }) => {
    if (isWorking) return ok(name, reason === undefined ? 'It works.' : `It works, but: ${withStop(reason)}`);
    return (name === indispensableWay ? fail : warn)(name, `${reason === undefined ? 'It does not work.' : asSentence(reason)} ${without}`, cure);
  });
}

/** Which ways each capability opens. */
const needed: Readonly<Record<string, readonly string[]>> = {
  sys_ptrace: ['proc-of-other-users', 'socket-owner'],
  net_raw: ['packet-socket'],
};

/** `statusPath`: of this very process, whatever /proc of the task is. */
export function lookAtCapabilities(ways: readonly Way[], statusPath = '/proc/self/status'): DoctorCheck[] {
  const granted = grantedTo(statusPath);
  return Object.entries(needed).map(([capability, names]) => {
    const title = capability.toUpperCase();
    if (granted === undefined) return warn(title, 'Whether it is granted is not told: our own status cannot be read.', 'Let the container see all of /proc.');
    if (granted.has(capability)) return ok(title, 'It is granted.');
    const missing = ways.filter(({ name, isWorking }) => names.includes(name) && !isWorking);
    if (missing.length === 0) return ok(title, 'It is not granted; what runs now is seen without it.');
    return warn(title, `It is not granted, and ${missing.map(({ name }) => name).join(' and ')} would need it.`, missing[0]!.cure);
  });
}

function grantedTo(statusPath: string): ReadonlySet<string> | undefined {
  try {
    const set = /^CapEff:\t([0-9a-f]+)$/m.exec(readFileSync(statusPath, 'latin1'))?.[1];
    return set === undefined ? undefined : new Set(capabilityNames(BigInt(`0x${set}`)));
  } catch {
    return undefined;
  }
}

/** Reasons come from many places, some of them half a sentence. */
function asSentence(text: string): string {
  return withStop(`${text.charAt(0).toUpperCase()}${text.slice(1)}`);
}

function withStop(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
