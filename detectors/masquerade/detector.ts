/**
 * Masquerade: a process bears the name of what it is not: a thread of the kernel, a daemon of the system, a name that
 * only looks like one.
 *
 * Detects          `[kworker/0:1]` with an executable, `sshd` from a place where no `sshd` lies, a script that calls
 *                  itself `nginx: worker process`, names with blanks, foreign letters or one letter changed.
 * Blind spots      names that are nobody's; programs that take another's place in `/usr/bin`; a name changed after the
 *                  program began, until it starts another; where executables cannot be read, only names of kernel
 *                  threads are told.
 * False positives  wrappers and launchers that give their child another's name: teach them.
 * Baseline         the names that processes were given beside the names of their files, per service.
 * Triage           what `/proc/PID/exe` really is; who started it; how long it has been there.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type ProcessSeen } from '#contract';
import { maskedPath } from '../program-key.ts';
import { plainName, processSaid, quoted, said, titled } from '../process-phrase.ts';
import { pretenceOf, type Pretence } from './pretence.ts';

const weights: Readonly<Record<Pretence['kind'], { score: number; severity: 'high' | 'critical'; attack: string }>> = {
  kernel: { score: 0.97, severity: 'critical', attack: 'T1036.004' },
  blank: { score: 0.9, severity: 'high', attack: 'T1036.006' },
  place: { score: 0.93, severity: 'high', attack: 'T1036.005' },
  'look-alike': { score: 0.9, severity: 'high', attack: 'T1036.005' },
  name: { score: 0.88, severity: 'high', attack: 'T1036.011' },
};

function keyOf(pretence: Pretence, path: string): string {
  return `${pretence.kind} ${pretence.claimed.replace(/\d+/g, '#').slice(0, 80)} ${maskedPath(path)}`;
}

export const masquerade = defineDetector({
  id: 'masquerade',
  title: 'Process bears the name of what it is not',
  severity: 'high',
  attack: ['T1036.004', 'T1036.005', 'T1036.011'],
  reads: 'process',
  scope: 'owner',
  judgesWhileLearning: true,
  options: z.strictObject({
    usualNames: z.array(z.string().min(1).max(100)).max(200).default([]).describe('Names that processes of this service may bear whatever their executable is.'),
  }),

  baseline: {
    names: seen(({ activity }: ProcessSeen) => {
      if (activity.activity !== 'launch') return undefined;
      const pretence = pretenceOf(activity);
      return pretence === undefined ? 'true name' : keyOf(pretence, activity.program.path);
    }),
  },

  judge({ names }, { activity }, { usualNames }, { name, isAllowed }) {
    if (activity.activity !== 'launch') return undefined;
    const pretence = pretenceOf(activity);
    if (pretence === undefined || usualNames.includes(pretence.claimed) || usualNames.includes(pretence.model)) return undefined;
    const { path } = activity.program;
    const key = keyOf(pretence, path);
    if (names.of(key).isUsual || (path !== '' && isAllowed('program', path))) return undefined;
    // While learning a service may tell what it calls its own; a thread of the kernel is nobody's.
    if (!names.isReady && pretence.kind === 'name') return undefined;
    const { score, severity, attack } = weights[pretence.kind];
    const claimed = quoted(pretence.claimed);
    return {
      object: plainName(key),
      title: titled(`${name} has a process that calls itself ${claimed.slice(1, -1)}${pretence.kind === 'kernel' ? ', like a thread of the kernel' : pretence.kind === 'place' || pretence.kind === 'blank' ? '' : ', which it is not'}`),
      summary: `${processSaid(activity)}; ${because(pretence, path)}.`,
      observed: plainName(pretence.claimed),
      expected: path === '' ? 'a name of its own' : plainName(path),
      unit: 'name',
      score,
      severity,
      attack: [attack],
      quiet: 'The same name for the same executable during a teaching or on 3 days, or the name among `usualNames`.',
      lookFirst: `What ${path === '' ? 'executable the process has' : quoted(path)} is, and why ${activity.lineage[0] === undefined ? 'nothing is known of its parent' : `${said(activity.lineage[0])} started it`}.`,
    };
  },
});

function because({ kind, model, claimed }: Pretence, path: string): string {
  switch (kind) {
    case 'kernel':
      return `threads of the kernel have no executable${path === '' ? ' and never live inside a container' : `, and this one has ${quoted(path)}`}`;
    case 'blank':
      return 'its file’s name is made so that a list does not show it';
    case 'place':
      return `programs called ${quoted(claimed)} do not lie in ${quoted(path.slice(0, Math.max(1, path.lastIndexOf('/'))))}`;
    case 'look-alike':
      return `the name is made to be read as ${quoted(model)}`;
    case 'name':
      return `its executable is ${quoted(path)} and no ${quoted(model)}`;
  }
}
