/**
 * Preload: a program is started with a library forced into it (`LD_PRELOAD`, `LD_AUDIT` and their like) that no
 * program of the service was seen with.
 *
 * Detects          libraries that hide files and processes, steal passwords or open back doors, planted by environment;
 *                  tampering with the loader's own files is told by `sensitive-file`.
 * Blind spots      libraries loaded by the program itself; environments that cannot be read without the right to read
 *                  other processes; a usual library whose file was replaced (told by `sensitive-file`).
 * False positives  an agent or allocator added by a deployment (then lowered).
 * Baseline         libraries forced into programs, per service.
 * Triage           what the library is and who wrote it; every process that has it in its maps.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type ProcessActivity, type ProcessSeen } from '#contract';
import { isWritablePlace, maskedPath } from '../program-key.ts';
import { plainName, processSaid, quoted, said, titled } from '../process-phrase.ts';

interface Library {
  /** `LD_PRELOAD`, where it was told. */
  by: string;
  path: string;
}

function librariesOf({ preloads = [] }: ProcessActivity): Library[] {
  return preloads.slice(0, 8).flatMap((text) => {
    const at = /^[A-Za-z_]{2,40}=/.exec(text)?.[0].length ?? 0;
    return text
      .slice(at)
      .split(/[:\s]+/)
      .filter((path) => path !== '')
      .slice(0, 8)
      .map((path) => ({ by: text.slice(0, Math.max(0, at - 1)), path }));
  });
}

/** Where a library that belongs to the image would not lie; one without a place is looked for among the system's. */
function isOddPlace(path: string): boolean {
  return isWritablePlace(path) || /^\/(?:home|root|dev|run|var|proc)\//.test(path) || /\/\.[^/]/.test(path);
}

export const preload = defineDetector({
  id: 'preload',
  title: 'Program is started with a library forced into it',
  severity: 'high',
  attack: ['T1574.006'],
  reads: 'process',
  scope: 'owner',
  judgesWhileLearning: true,
  options: z.strictObject({
    usualLibraries: z.array(z.string().min(1).max(300)).max(100).default([]).describe('Libraries that may be forced into any program: agents, allocators.'),
  }),

  baseline: {
    libraries: seen(({ activity }: ProcessSeen) => {
      if (activity.activity !== 'launch') return undefined;
      const keys = librariesOf(activity).map(({ path }) => maskedPath(path));
      return keys.length === 0 ? 'no library' : keys;
    }),
  },

  judge({ libraries }, { activity }, { usualLibraries }, { name, deployment }) {
    if (activity.activity !== 'launch') return undefined;
    for (const { by, path } of librariesOf(activity)) {
      const key = maskedPath(path);
      const isOdd = isOddPlace(path);
      // The environment is handed down: what one program has for good reason its children have too.
      if (libraries.of(key).isUsual || usualLibraries.includes(path)) continue;
      if (!libraries.isReady && !isOdd) continue;
      const isMild = !isOdd && deployment !== undefined;
      return {
        object: plainName(key),
        title: titled(`${name} started ${said(activity.program).slice(1, -1)} with ${quoted(path).slice(1, -1)} forced into it`),
        summary: `${processSaid(activity)}; ${by === '' ? 'its environment' : quoted(by)} makes it load ${quoted(path)}${isOdd ? ', which lies where no library of an image does' : ''}${libraries.isReady ? '; no program here was seen with it' : ''}.`,
        observed: plainName(path),
        expected: 'a library seen here before, or none',
        unit: 'library',
        score: isOdd ? 0.96 : isMild ? 0.7 : 0.85,
        severity: isOdd ? 'critical' : isMild ? 'medium' : 'high',
        quiet: 'The same library during a teaching or on 3 days, or its path among `usualLibraries`.',
        lookFirst: `What ${quoted(path)} is, who wrote it, and which other processes have loaded it.`,
      };
    }
    return undefined;
  },
});
