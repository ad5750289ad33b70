/**
 * Privilege gain: a process becomes root or gains capabilities that its parent, or itself before, did not have.
 *
 * Detects          set-user-id programs run by others than root (`sudo`, `su`, `pkexec`, a copied shell), file
 *                  capabilities, a running process that sets its user to root or widens its capabilities (by a
 *                  capability it holds, or by a hole in the kernel).
 * Blind spots      whoever is root from the start; `sudo` where the service uses it; root gained outside the container;
 *                  without the right to read other processes file capabilities are seen by their effect alone.
 * False positives  health checks or jobs that use `sudo` or `ping` now and then: teach them. Dropping rights (root to a
 *                  worker's user) is never told.
 * Baseline         programs that gained rights, and how, per service.
 * Triage           what the program is and who may write it; what ran as root since; whether the image needs it at all
 *                  (`no-new-privileges` ends it).
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type ProcessActivity, type ProcessSeen, type Severity } from '#contract';
import { pathKey } from '../program-key.ts';
import { plainName, processSaid, said, titled, userSaid } from '../process-phrase.ts';
import { gainOf, type Gain } from './gain.ts';

function keyOf(gain: Gain, { program, arguments: words }: ProcessActivity): string {
  return `${gain.kind} ${pathKey(program, words)}`;
}

export const privilegeGain = defineDetector({
  id: 'privilege-gain',
  title: 'Process becomes root or gains capabilities',
  severity: 'high',
  attack: ['T1548.001', 'T1068'],
  reads: 'process',
  scope: 'owner',
  judgesWhileLearning: true,
  options: z.strictObject({
    harmlessCapabilities: z
      .array(z.string().min(1).max(32))
      .max(64)
      .default(['net_bind_service', 'audit_write', 'net_raw'])
      .describe('Capabilities that are told one step milder: with them alone nobody becomes root.'),
  }),

  baseline: {
    gains: seen(({ activity }: ProcessSeen) => {
      if (activity.activity !== 'launch' && activity.activity !== 'set-user') return undefined;
      const gain = gainOf(activity);
      return gain === undefined ? 'no gain' : keyOf(gain, activity);
    }),
  },

  judge({ gains }, { activity }, { harmlessCapabilities }, { name, isAllowed }) {
    const gain = gainOf(activity);
    if (gain === undefined) return undefined;
    const key = keyOf(gain, activity);
    const { path } = activity.program;
    if (gains.of(key).isUsual || (path !== '' && isAllowed('program', path))) return undefined;
    const isHarmless = gain.kind === 'capabilities' && gain.capabilities.every((one) => harmlessCapabilities.includes(one));
    const isTool = gain.kind === 'asked';
    const severity: Severity = gain.kind === 'within' && activity.userId === 0 ? 'critical' : isHarmless ? 'low' : isTool ? 'medium' : 'high';
    return {
      object: plainName(key),
      title: titled(`${name} ${titleOf(gain, activity)}`),
      summary: `${processSaid(activity)}; ${because(gain, activity)}${gains.isReady ? ', which no program of this service was seen to do in this way' : ''}.`,
      observed: plainName(gain.kind === 'capabilities' || activity.userId !== 0 ? gain.capabilities.slice(0, 8).join(', ') || 'the rights of a file' : 'root'),
      expected: activity.parentUserId >= 0 ? userSaid(activity.parentUserId) : 'no more rights than before',
      unit: 'rights',
      score: severity === 'critical' ? 0.97 : severity === 'high' ? 0.9 : severity === 'medium' ? 0.8 : 0.65,
      severity,
      attack: [gain.kind === 'within' ? 'T1068' : isTool ? 'T1548.003' : 'T1548.001'],
      quiet: 'The same program gaining rights in the same way during a teaching or on 3 days.',
      lookFirst: `Why ${activity.lineage[0] === undefined ? 'it was started' : `${said(activity.lineage[0])} started it`}, and what ran with these rights since.`,
    };
  },
});

function titleOf({ kind, capabilities }: Gain, activity: ProcessActivity): string {
  const program = said(activity.program).slice(1, -1);
  const rights = capabilities.length === 0 ? 'rights' : plainName(capabilities.slice(0, 4).join(', '), 60);
  switch (kind) {
    case 'root':
      return `ran ${program}, which became root`;
    case 'capabilities':
      return `ran ${program}, which gained ${rights}`;
    case 'asked':
      return `ran ${program} to act as another user`;
    case 'within':
      return activity.userId === 0 ? `has ${program} become root while it ran` : `has ${program} gain ${rights} while it ran`;
  }
}

function because({ kind, capabilities }: Gain, { parentUserId, isPrivilegedFile, userId, realUserId }: ProcessActivity): string {
  const file = isPrivilegedFile === true ? ', by the rights its file bears' : '';
  switch (kind) {
    case 'root':
      return `it acts as root though ${realUserId > 0 ? `${userSaid(realUserId)} runs it` : `its parent is ${userSaid(parentUserId)}`}${file}`;
    case 'capabilities':
      return `it has capabilities its parent lacks (${plainName(capabilities.slice(0, 8).join(', '))})${file}`;
    case 'asked':
      return `its file gives it the rights of another user, and ${parentUserId > 0 ? userSaid(parentUserId) : userSaid(userId)} runs it`;
    case 'within':
      return `its rights grew without another program being run (${capabilities.length === 0 ? `now ${userSaid(userId)}` : plainName(capabilities.slice(0, 8).join(', '))})`;
  }
}
