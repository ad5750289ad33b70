/**
 * Crypto miner: a program that is told to mine, or one that the service never ran, uses a processor for itself.
 *
 * Detects          miners by what they are called and told (T1496), and unknown programs that compute without a pause.
 * Blind spots      a miner inside a program in use; one that takes little; what runs below the time from which the sensor calls it
 *                  busy. Its connection is told by `mining-pool` and `new-destination`.
 * False positives  a job that first runs after the teaching: accept its program. Programs in use may be as busy as they like.
 * Baseline         programs that ran, with the script of an interpreter, per service.
 * Triage           where its file is and who started it; whom it talks to; end it and keep the file.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type Evidence, type ProcessActivity, type ProcessSeen, type Severity } from '#contract';
import { isMinerName, minerWord } from '../mining-words.ts';
import { spanned } from '../phrase.ts';
import { processSaid, quoted, said, titled } from '../process-phrase.ts';
import { baseName, programKey, toolName } from '../program-key.ts';
import { kindOfProgram } from '../program-kinds.ts';

/** Why it is told. */
type Reason = { word: string } | { seconds: number };

function reasonOf({ activity, program, arguments: words, seconds }: ProcessActivity, isKnown: boolean): Reason | undefined {
  if (activity !== 'launch' && activity !== 'busy') return undefined;
  for (const name of [baseName(program.path), program.name, baseName(words[0] ?? '')]) if (isMinerName(name)) return { word: name };
  // Whoever searches for miners names them too.
  if (kindOfProgram(toolName(program, words)) !== 'ordinary') {
    const word = minerWord(words);
    if (word !== undefined) return { word };
  }
  return activity === 'busy' && !isKnown ? { seconds: seconds ?? 0 } : undefined;
}

function severityOf({ executable, isOfImage, program, arguments: words }: ProcessActivity, reason: Reason): Severity {
  if ('word' in reason) return 'critical';
  if (executable === 'memory' || executable === 'deleted' || executable === 'writable-place' || isOfImage === false) return 'high';
  // Packing, compiling and sorting keep a processor busy as well.
  const kind = kindOfProgram(toolName(program, words));
  return kind === 'archive' || kind === 'compiler' || kind === 'packages' || kind === 'ordinary' ? 'low' : 'medium';
}

export const cryptoMiner = defineDetector({
  id: 'crypto-miner',
  title: 'Program mines, or computes without a pause and was never run',
  severity: 'high',
  attack: ['T1496'],
  reads: 'process',
  scope: 'owner',
  options: z.strictObject({
    busySeconds: z.number().min(0).default(0).describe('Seconds of work without a pause, by a program that was never run, from which it is told; 0: as soon as the sensor calls it busy.'),
  }),

  baseline: { programs: seen(({ activity }: ProcessSeen) => (activity.foundBy === 'open' ? undefined : programKey(activity))) },

  // What a miner is told to do is wrong under any baseline.
  judgesWhileLearning: true,

  judge({ programs }, { activity }, { busySeconds }, { name, entity, isAllowed }) {
    const key = programKey(activity);
    const isKnown = !programs.isReady || programs.of(key).isUsual || programs.isOverflowing;
    const reason = reasonOf(activity, isKnown);
    if (reason === undefined || isAllowed('program', activity.program.path)) return undefined;
    const isWord = 'word' in reason;
    if (isWord ? programs.isReady && programs.of(key).isUsual : reason.seconds < busySeconds) return undefined;

    const severity = severityOf(activity, reason);
    const evidence: Evidence = {
      object: `mining by ${key}`,
      title: titled(isWord ? `${name}: ${said(activity.program)} is told to mine` : `${name}: ${said(activity.program)}, never run before, keeps a processor busy`),
      summary: `${processSaid(activity)}; ${isWord ? `${quoted(reason.word)} is what miners are called or told` : `it has used most of a processor for ${spanned(reason.seconds * 1_000)}, and the service never ran it`}.`,
      observed: isWord ? reason.word : Math.round(reason.seconds),
      expected: isWord ? 'no such word' : 0,
      unit: isWord ? 'word' : 'seconds busy',
      score: isWord ? 0.97 : severity === 'high' ? 0.9 : 0.7,
      quiet: 'The same program on three days, or an allowance for it in the configuration.',
      lookFirst: `Whom ${said(activity.program)} (pid ${activity.pid}) in ${entity.instance === '' ? name : `task ${entity.instance.slice(0, 8)} of ${name}`} talks to, and who put it there.`,
      severity,
    };
    return evidence;
  },
});
