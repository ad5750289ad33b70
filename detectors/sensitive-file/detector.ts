/**
 * Sensitive file: a file that matters to the container's safety is changed, or read where reading matters.
 *
 * Detects          new accounts, sudo rules, scheduled jobs, SSH keys, loader and start-up files, trusted certificates,
 *                  names resolved elsewhere, new executables and set-user-id bits, the application's own code changed,
 *                  logs emptied or removed, credentials and password hashes read by who never did.
 * Blind spots      changes through a file already open or a mapping; files outside the places that are watched; who did
 *                  it is often not known; code changed again where a deployment in place was taught.
 * False positives  applications that write such files when they start, updates inside a running container: teach them.
 * Baseline         files by concern, path (versions and random parts masked), what was done, and by which program, per
 *                  service.
 * Triage           compare the file with the image's; who wrote it and what started that; whether it was used since.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type FileActivity, type FileConcern, type FileSeen } from '#contract';
import { lineageSaid, plainName, quoted, said, titled } from '../process-phrase.ts';
import { actOf, isUsual, keysOf, type Act } from './act.ts';
import { createFolders, noteTold, objectOf, type Folders } from './together.ts';

const concernSaid: Readonly<Record<FileConcern, string>> = {
  accounts: 'who may log in here',
  sudoers: 'who may become root',
  cron: 'what is run at set times',
  'ssh-keys': 'who may come in by SSH, and as whom',
  loader: 'which libraries every program loads',
  'start-up': 'what runs when a container or shell starts',
  credentials: 'credentials',
  logs: 'what happened here',
  executable: 'a program that can be run',
  application: 'the application’s own code',
  certificates: 'whom programs trust',
  resolver: 'where names lead',
};

export const sensitiveFile = defineDetector({
  id: 'sensitive-file',
  title: 'File that matters is changed or read',
  severity: 'high',
  attack: ['T1098', 'T1546', 'T1554', 'T1552.001'],
  reads: 'file',
  scope: 'owner',
  judgesWhileLearning: true,
  options: z.strictObject({
    usualPaths: z.array(z.string().min(1).max(300)).max(500).default([]).describe('Beginnings of paths whose files may always change and be read.'),
  }),

  baseline: {
    files: seen(({ activity }: FileSeen) => {
      const act = actOf(activity);
      if (act === undefined) return 'nothing that matters';
      const { path, byWhom, folder } = keysOf(activity, act);
      return [path, byWhom, folder];
    }),
  },

  trace: {
    create: createFolders,
    note(folders: Folders, { activity, timeMs }: FileSeen, [told]) {
      const act = told === undefined ? undefined : actOf(activity);
      if (act !== undefined) noteTold(folders, activity, act, timeMs, told!.object);
    },
  },

  judge({ files }, { activity, timeMs }, { usualPaths }, { name, entity, trace, isAllowed }) {
    const act = actOf(activity);
    if (act === undefined || usualPaths.some((path) => activity.path.startsWith(path))) return undefined;
    // A container's first steps may set up its accounts; that is told once more is known of it.
    if (!files.isReady && (!act.isGrave || entity.phase === 'start')) return undefined;
    if (isUsual(keysOf(activity, act), activity, (key) => files.of(key).isUsual)) return undefined;
    const { program, path } = activity;
    if (program !== undefined && program.path !== '' && isAllowed('program', program.path)) return undefined;
    return {
      object: plainName(objectOf(activity, act, timeMs, trace)),
      title: titled(titleOf(activity, act, name)),
      summary: `${quoted(path)} says ${concernSaid[activity.concern]}; it was ${doneSaid(activity, act)}${bySaid(activity)}${files.isReady ? ', which was never seen here' : ''}.`,
      observed: plainName(path),
      expected: `${act.done === 'read' ? 'not read' : 'as it was'}`,
      unit: 'file',
      score: act.score,
      severity: act.severity,
      attack: [act.attack],
      quiet: 'The same done to this file by the same program during a teaching or on 3 days, or its path among `usualPaths`.',
      lookFirst: act.done === 'read' ? `What ${program === undefined ? 'the program that read it' : said(program)} sent since, and to whom.` : `What stands in ${quoted(path)} now, beside what the image has there.`,
    };
  },
});

function doneSaid({ activity, hasSetId }: FileActivity, { done }: Act): string {
  if (hasSetId && done === 'changed') return 'given a set-user-id or set-group-id bit';
  if (done !== 'changed') return done;
  return { create: 'created', rename: 'put in place', permissions: 'given other permissions', update: 'changed', delete: 'removed', open: 'read' }[activity];
}

function bySaid({ program, lineage = [] }: FileActivity): string {
  return program === undefined ? ' by a program that could not be told' : ` by ${lineageSaid(program, lineage)}`;
}

function titleOf(activity: FileActivity, act: Act, name: string): string {
  const path = quoted(activity.path).slice(1, -1);
  const { concern, program, hasSetId } = activity;
  const by = program === undefined ? '' : ` by ${said(program).slice(1, -1)}`;
  if (act.done === 'read') return `${name} had ${path} read${by}, which it never was`;
  if (hasSetId) return `${name} has a new set-user-id program ${path}`;
  if (concern === 'application') return `${name} had its own code changed: ${path}`;
  if (concern === 'executable') return `${name} has a new program ${path}`;
  return `${name} had ${path} ${act.done}${by}`;
}
