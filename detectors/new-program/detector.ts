/**
 * New program: a service starts a program it never ran, from a parent that never started it, in a new way, or as another user.
 *
 * Detects          shells and tools started through a hole in the application, downloaded programs, package managers and
 *                  compilers in a running container, looking around (`id`, `uname`, `ps`), inline code (`-c`, `-e`).
 * Blind spots      whoever needs no program but the application itself; programs the service runs anyway, from the same
 *                  parent; ordinary tools (`cat`, `ls`) under a script that runs tools; programs too short to be seen
 *                  at all; what ran while the service learned.
 * False positives  a new job or helper (a deployment lowers the severity and is named), a person at work inside the
 *                  container: teach it, accept it into the baseline, or allow the program.
 * Baseline         programs (path, applet, script or kind of call), who starts whom, and as which user, per service.
 * Triage           who is the first unusual program of the lineage; what the parent was asked at that moment; what else
 *                  the same process started or connected to.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, severities, type ProcessSeen, type Severity } from '#contract';
import { kindTechnique } from '../program-kinds.ts';
import { parentsTaught, programsTaught, usersTaught } from './known.ts';
import { newsOf } from './news.ts';
import { tell } from './tell.ts';

export const newProgram = defineDetector({
  id: 'new-program',
  title: 'Service starts a program it never ran',
  severity: 'medium',
  attack: ['T1059'],
  reads: 'process',
  scope: 'owner',
  options: z.strictObject({
    usualPrograms: z.array(z.string().min(1).max(300)).max(1_000).default([]).describe('Programs that are never news, by the path of their executable.'),
  }),

  baseline: {
    programs: seen((process: ProcessSeen) => programsTaught(process)),
    parents: seen((process: ProcessSeen) => parentsTaught(process)),
    users: seen((process: ProcessSeen) => usersTaught(process)),
  },

  judge(views, { activity }, { usualPrograms }, context) {
    const { program } = activity;
    if (activity.activity !== 'launch' || (program.path === '' && program.name === '')) return undefined;
    if (program.path !== '' && (usualPrograms.includes(program.path) || context.isAllowed('program', program.path))) return undefined;
    const news = newsOf(views, activity);
    if (news === undefined) return undefined;
    const isDeployed = context.deployment !== undefined;
    return {
      ...tell(news, activity, context.name, views.programs),
      score: news.score,
      severity: isDeployed && news.score < 0.9 ? milder(news.severity) : news.severity,
      attack: [kindTechnique[news.kind]],
    };
  },
});

function milder(severity: Severity): Severity {
  return severities[Math.max(0, severities.indexOf(severity) - 1)]!;
}
