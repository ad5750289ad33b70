/**
 * Credential access: a program asks for the credentials of the task's role that never did.
 *
 * Detects          theft of the role's credentials from inside the task (T1552.005): by a tool, by an interpreter that a
 *                  shell started, by the application itself where its requests are forged (SSRF) and it never asked.
 * Blind spots      a program that asks for them anyway; which of the task's own metadata was asked for, for it has the same
 *                  address; an intruder without a name where some program is known to ask; credentials read in memory,
 *                  in environments or files.
 * False positives  an SDK that refreshes for the first time after the teaching: accept its program, or teach for longer.
 * Baseline         programs that asked, per service; interpreters with the program that started them.
 * Triage           which program asked and who started it; what the role did since, in CloudTrail; revoke its sessions.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type Connection, type Evidence, type Severity } from '#contract';
import { titled } from '../process-phrase.ts';
import { credentialsAt, isFromShell, isVersatile, originSaid, startedKey, talkerKey, talkerSaid, unknownTalker } from '../talker.ts';

/** Kept among the readers once any program asked. */
const anybody = '\u0001anybody';

function isAsking({ side, peerAddress }: Connection): boolean {
  return side === 'client' && credentialsAt(peerAddress) !== undefined;
}

/** A program that talks anyway may be an SDK that was not due before; one that never did was brought, or is used for this alone. */
function severityOf({ program }: Connection, isTalker: boolean): Severity {
  if (program === undefined) return 'medium';
  return isTalker && !isVersatile(program) ? 'medium' : 'high';
}

export const credentialAccess = defineDetector({
  id: 'credential-access',
  title: "Program reads the task role's credentials that never did",
  severity: 'high',
  attack: ['T1552.005'],
  reads: 'connection',
  scope: 'owner',
  options: z.strictObject({
    usualReaders: z.array(z.string().min(1).max(300)).max(100).default([]).describe('Paths of programs that may always ask for credentials (`/usr/bin/aws`).'),
  }),

  baseline: {
    readers: seen((seen: Connection) => {
      if (!isAsking(seen)) return undefined;
      const started = startedKey(seen.program, seen.lineage);
      return [anybody, talkerKey(seen.program), ...(started === '' ? [] : [started])];
    }),
    talkers: seen(({ program, isLocal, peerAddress }: Connection) => (isLocal || credentialsAt(peerAddress) !== undefined ? undefined : talkerKey(program))),
  },

  judge({ readers, talkers }, observation, { usualReaders }, { name, entity, isAllowed }) {
    if (!isAsking(observation)) return undefined;
    const { program, lineage, peerAddress, count } = observation;
    const key = talkerKey(program);
    if (readers.of(key).isUsual) {
      // The same interpreter serves whoever calls it: a shell that never started it for this is somebody else.
      const started = startedKey(program, lineage);
      if (started === '' || readers.of(started).isUsual || !isFromShell(lineage)) return undefined;
    } else if (key === unknownTalker) {
      // Whoever is known to ask may be this one, not recognised: short connections are over before they are looked at.
      if (readers.of(anybody).isUsual) return undefined;
    } else if (readers.of(unknownTalker).isUsual && talkers.of(key).isUsual) return undefined;
    if (program !== undefined && (usualReaders.includes(program.path) || isAllowed('program', program.path))) return undefined;

    const isTalker = talkers.of(key).isUsual;
    const severity = severityOf(observation, isTalker);
    const what = credentialsAt(peerAddress)!;
    const others = readers.of(anybody).isUsual ? 'others of this service do ask for them, this one never did' : 'nothing in this service ever asked for them';
    const evidence: Evidence = {
      object: `${key} asks ${peerAddress}`,
      title: titled(`${name}: ${talkerSaid(program)} asked for ${what}, which it never did`),
      summary: `A connection to ${peerAddress}, where ${what} are given out, was opened; ${originSaid(program, lineage)}; ${others}.`,
      observed: count,
      expected: 0,
      unit: 'requests',
      score: severity === 'high' ? 0.9 : 0.75,
      quiet: 'The same program asking on three days, or an allowance for it in the configuration.',
      lookFirst: `Who started ${talkerSaid(program)} in ${entity.instance === '' ? name : `task ${entity.instance.slice(0, 8)} of ${name}`}, and what the role did since then in CloudTrail.`,
      severity,
    };
    return evidence;
  },
});
