/** `npm run range [SEED] [--without-ptrace] [--quick]`: plays attacks and ordinary behaviours on a task of this machine while the sidecar looks on. */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { report, scoreOf } from '../test/range/score.ts';
import { runRange } from '../test/range/run.ts';
import { whyNoRange } from '../test/range/task.ts';

const usage = `npm run range [SEED] [OPTION…]
  --without-ptrace      the sidecar has no capability but those that every container has
  --quick               some 90 s: short teaching, 8 attacks, 5 behaviours
  --only WORDS          attacks whose name contains the words, no behaviours
  --benign-times N      how often each behaviour comes after the teaching (10)
  --attacks N           how many attacks (all)
  --rest MS             rest after an attack (3000); after a behaviour a third of it
  --http                the log router speaks HTTP instead of the forward protocol
  --sources             runs the sources instead of the bundle dist/fargazer.mjs
  --shared-root         the sidecar has the machine's files as its own
  --without WAYS        ways of looking that are switched off, with commas
  --keep FOLDER         keeps alerts, timeline and what the sidecar said`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'without-ptrace': { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    'benign-times': { type: 'string' },
    attacks: { type: 'string' },
    rest: { type: 'string', default: '3000' },
    http: { type: 'boolean', default: false },
    sources: { type: 'boolean', default: false },
    'shared-root': { type: 'boolean', default: false },
    without: { type: 'string' },
    keep: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const why = whyNoRange();
if (values.help) console.log(usage);
else if (why !== false) {
  console.error(`The range ${why}.`);
  process.exitCode = 2;
} else {
  const { quick } = values;
  const seed = Number(positionals[0] ?? 1);
  const restMs = Number(values.rest);
  const startMs = Date.now();
  const say = (sentence: string): void => console.log(`${((Date.now() - startMs) / 1_000).toFixed(1).padStart(6)} s  ${sentence}`);
  const result = await runRange({
    seed,
    hasPtrace: !values['without-ptrace'],
    learnForMs: quick ? 20_000 : 60_000,
    program: values.sources ? 'sources' : 'bundle',
    receiver: values.http ? 'http' : 'forward',
    root: values['shared-root'] ? 'shared' : 'own',
    without: values.without?.split(',') ?? [],
    benignTimes: values['benign-times'] === undefined ? (values.only !== undefined ? 0 : quick ? 2 : 10) : Number(values['benign-times']),
    attackCount: values.attacks === undefined ? (quick ? 8 : Number.POSITIVE_INFINITY) : Number(values.attacks),
    benignCount: quick ? 5 : Number.POSITIVE_INFINITY,
    ...(values.only === undefined ? {} : { only: values.only }),
    attackRestMs: restMs,
    benignRestMs: restMs / 3,
    say,
  });
  const score = scoreOf(result);
  for (const line of report(result, score)) console.log(line);
  if (values.keep !== undefined) {
    mkdirSync(values.keep, { recursive: true });
    for (const name of ['alerts.jsonl', 'sidecar.log']) if (existsSync(join(result.folder, name))) copyFileSync(join(result.folder, name), join(values.keep, name));
    writeFileSync(join(values.keep, 'timeline.jsonl'), result.items.map(({ attack, ...item }) => `${JSON.stringify({ ...item, isAttack: attack !== undefined })}\n`).join(''));
  }
  process.exitCode = score.found < score.marks.length || score.falseAlarms.length > 0 ? 1 : 0;
}
