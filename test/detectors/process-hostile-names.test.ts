/** Whatever processes and files call themselves, detectors of processes never throw, and their sentences stay sentences. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Detector, Evidence, FileConcern, FileSeen, ProcessActivity, ProcessSeen, Program, SetView, Standing, Stream } from '#contract';
import { interactiveShell } from '../../detectors/interactive-shell/detector.ts';
import { masquerade } from '../../detectors/masquerade/detector.ts';
import { mutedLogs } from '../../detectors/muted-logs/detector.ts';
import { createEnds } from '../../detectors/muted-logs/mute.ts';
import { newProgram } from '../../detectors/new-program/detector.ts';
import { preload } from '../../detectors/preload/detector.ts';
import { privilegeGain } from '../../detectors/privilege-gain/detector.ts';
import { processInjection } from '../../detectors/process-injection/detector.ts';
import { programOrigin } from '../../detectors/program-origin/detector.ts';
import { sensitiveFile } from '../../detectors/sensitive-file/detector.ts';
import { processFields, processLine } from '../../detectors/sightings.ts';
import { joinPieces } from '../../src/decode/log/join-pieces.ts';
import { packOwner } from '../../src/engine/pack-owner.ts';
import { Walk } from '../../src/engine/run.ts';
import { engineSettings } from '../../src/engine/settings.ts';
import { seeded } from '../support/flood.ts';
import { decodeRecords } from '../support/run-case.ts';

/** As the contract suite has it for all detectors. */
const stateLimitBytes = 2 * 1024 * 1024;

const readers: readonly Detector[] = [newProgram as Detector, programOrigin as Detector, masquerade as Detector, interactiveShell as Detector, privilegeGain as Detector, processInjection as Detector, preload as Detector, mutedLogs as Detector];

const history = { sinceMs: 0, untilMs: 60_000, count: 300, days: 1, tasks: 1 };
const standing = (isUsual: boolean): Standing => ({ isUsual, isUnconfirmed: false, count: isUsual ? 3 : 0, firstSeenMs: 0, lastSeenMs: 0, days: 0, tasks: 0 });
/** A ready set that knows these keys. */
const knows = (isKnown: (key: string) => boolean, isReady = true): SetView => ({ isReady, isBorrowed: false, history, size: 10, isOverflowing: false, of: (key) => standing(isKnown(key)) });

const context = {
  entity: { owner: { kind: 'service', account: '1', region: 'r', cluster: 'c', name: 'checkout' }, container: '', instance: 'aa', phase: 'run' },
  name: 'checkout', trace: createEnds(), isComplete: true, isAllowed: () => false,
} as const;

function judged(detector: Detector, observation: ProcessSeen | FileSeen, isKnown: (key: string) => boolean, isReady = true): Evidence[] {
  const views = Object.fromEntries(Object.entries(detector.baseline).map(([name, spec]) => {
    spec.of(observation as never);
    return [name, knows(isKnown, isReady)];
  }));
  const answer = detector.judge(views as never, observation as never, detector.options.parse({}) as never, { ...context, trace: detector.trace?.create() } as never);
  return answer === undefined ? [] : Array.isArray(answer) ? [...(answer as Evidence[])] : [answer as Evidence];
}

const nasty = fc.oneof(
  fc.constantFrom(
    '', ' ', '\n', '`', '[kworker/0:1]', '\u001b[31mred\u001b[0m', '\u202egnp.sh', 'a\u0000b', '…'.repeat(300), '\ud800', '](http://e.example)', '[x'.repeat(40), '-', '--', '../../etc/passwd', '/dev/shm/.x', 'memfd:x', '*/*/*',
    'x'.repeat(4_096), `/${'a/'.repeat(2_000)}`, '__proto__', 'constructor', '\u200b\u200b', '/usr/bin/\u0430pt', 'sh\n', 'nginx: worker', '\r\n\r\n', '<script>alert(1)</script>', '$(id)', '%s%n', '/usr/bin/sh', 'fluent-bit',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
const path = fc.oneof(nasty, nasty.map((name) => `/usr/bin/${name}`), nasty.map((name) => `/var/tmp/${name}`), fc.constantFrom('/usr/bin/dash', '/usr/bin/python3.11', '/bin/busybox', '/usr/bin/sudo'));
const programs: fc.Arbitrary<Program> = fc.record({ path, name: nasty });
const stream = fc.constantFrom<Stream>('terminal', 'pipe', 'socket', 'file', 'null', 'none', 'unknown');
const processes = fc.record({
  activity: fc.constantFrom<ProcessActivity['activity']>('launch', 'terminate', 'set-user', 'inject', 'stop', 'stream', 'busy'),
  program: programs,
  lineage: fc.array(programs, { maxLength: 8 }),
  arguments: fc.array(fc.oneof(nasty, fc.constantFrom('-c', '-i', '-e', '-m', '-jar', '-')), { maxLength: 12 }),
  userId: fc.integer({ min: -1, max: 2 ** 32 }), realUserId: fc.integer({ min: -1, max: 2 ** 32 }), parentUserId: fc.integer({ min: -1, max: 2 ** 32 }),
  executable: fc.constantFrom<ProcessActivity['executable']>('file', 'deleted', 'memory', 'writable-place', 'unknown'),
  isOfImage: fc.boolean(), isPrivilegedFile: fc.boolean(),
  gainedCapabilities: fc.array(nasty, { maxLength: 4 }), preloads: fc.array(nasty, { maxLength: 4 }),
  streams: fc.tuple(stream, stream, stream), streamPeer: nasty, by: programs, seconds: fc.double({ min: 0, max: 1e9, noNaN: true }),
  foundBy: fc.constantFrom<ProcessActivity['foundBy']>('proc', 'open'),
});
const concern = fc.constantFrom<FileConcern>('accounts', 'sudoers', 'cron', 'ssh-keys', 'loader', 'start-up', 'credentials', 'logs', 'executable', 'application', 'certificates', 'resolver');

const timeMs = Date.UTC(2026, 0, 5);
const frame = { timeMs, minuteMs: timeMs, count: 1, records: [] };
const eventFrame = { feed: 'sensor', timeMs, timeNs: 0, id: 'x', hasOwnId: true, count: 1, subject: {}, origin: { file: '' }, raw: '' } as const;
const processSeen = (change: Parameters<typeof processFields>[0]): ProcessSeen => ({ ...frame, kind: 'process', activity: { kind: 'process', ...eventFrame, ...processFields(change) } });

// oxlint-disable-next-line no-control-regex
const acting = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff]/u;

function isSentence(evidence: Evidence): void {
  for (const part of ['object', 'title', 'summary', 'observed', 'expected', 'quiet', 'lookFirst'] as const) {
    const text = String(evidence[part]);
    assert.doesNotMatch(text, acting, `${part}: ${JSON.stringify(text)}`);
    assert.ok(text.length > 0 && text.length < 1_200, `${part} has ${text.length} signs`);
  }
  assert.ok(evidence.title.length <= 119, evidence.title);
  assert.ok(evidence.object.length <= 200, evidence.object);
  assert.equal((evidence.summary.match(/`/g) ?? []).length % 2, 0, evidence.summary);
  assert.match(evidence.summary, /\.$/);
  assert.ok(evidence.score >= 0.5 && evidence.score <= 1);
}

describe('detectors of processes', () => {
  it('judge whatever processes call themselves, in whole sentences', () => {
    let said = 0;
    fc.assert(
      fc.property(processes, fc.boolean(), fc.boolean(), (change, isReady, areHalfKnown) => {
        const observation = processSeen(change);
        for (const detector of readers) {
          for (const evidence of judged(detector, observation, (key) => areHalfKnown && key.length % 2 === 0, isReady)) {
            said += 1;
            isSentence(evidence);
          }
        }
      }),
      { numRuns: 3_000, seed: 5 },
    );
    assert.ok(said > 1_500, `only ${said} findings were looked at`);
  });

  it('teach keys of bounded number and length', () => {
    fc.assert(
      fc.property(processes, (change) => {
        for (const detector of readers) {
          for (const spec of Object.values(detector.baseline)) {
            const value = spec.of(processSeen(change) as never) as string | string[] | undefined;
            const keys = value === undefined ? [] : [value].flat();
            assert.ok(keys.length <= 48, `${keys.length} keys`);
            for (const key of keys) assert.ok(key.length < 1_500, `${detector.id}: a key of ${key.length}`);
          }
        }
      }),
      { numRuns: 1_000, seed: 6 },
    );
  });

  it('say nothing of what they were taught', () => {
    fc.assert(
      fc.property(processes, (change) => {
        const observation = processSeen(change);
        for (const detector of readers) {
          // A router that ends is told by its program, whatever the options say; keys of the same program are all taught here.
          const taught = new Set(Object.values(detector.baseline).flatMap((spec) => [spec.of(observation as never) as string | string[] | undefined].flat()));
          assert.deepEqual(judged(detector, observation, (key) => taught.has(key)).map(({ title }) => title), [], detector.id);
        }
      }),
      { numRuns: 1_500, seed: 7 },
    );
  });
});

describe('what detectors of processes keep', () => {
  it('stays bounded under a flood of long names that nobody has seen', () => {
    const random = seeded(3);
    const word = (length: number): string => Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('');
    const records = Array.from({ length: 5_000 }, (_, turn) =>
      processLine(turn * 0.2, { pid: turn, program: `/usr/bin/${word(200)}`, arguments: ['x', word(200)], lineage: [`/opt/${word(150)}`, `/opt/${word(150)}`], preloads: [`/opt/${word(300)}.so`] }));
    for (const detector of [newProgram as Detector, preload as Detector]) {
      const walk = new Walk(engineSettings({ detectors: [{ detector, options: detector.options.parse({}) }] }), joinPieces);
      decodeRecords(records, walk.gate);
      walk.finish();
      let bytes = 0;
      for (const owner of walk.state.owners.records.values()) bytes += JSON.stringify(packOwner(owner)).length;
      assert.ok(bytes < stateLimitBytes, `${detector.id}: ${bytes} bytes of state`);
    }
  });
});

describe('detectors of files', () => {
  it('judge whatever files are called, in whole sentences, and nothing that was taught', () => {
    let said = 0;
    fc.assert(
      fc.property(
        path, concern, fc.constantFrom('create', 'update', 'delete', 'rename', 'permissions', 'open'), fc.boolean(), fc.boolean(), fc.option(programs, { nil: undefined }), fc.array(programs, { maxLength: 8 }),
        (of, about, activity, isExecutable, hasSetId, program, lineage) => {
          const observation = { ...frame, kind: 'file', activity: { kind: 'file', ...eventFrame, activity, path: of, concern: about, isExecutable, hasSetId, ...(program === undefined ? {} : { program, lineage }) } } as FileSeen;
          const detector = sensitiveFile as Detector;
          for (const evidence of judged(detector, observation, () => false)) {
            said += 1;
            isSentence(evidence);
          }
          const taught = new Set([(detector.baseline['files'] as { of(seen: FileSeen): string | string[] }).of(observation)].flat());
          assert.deepEqual(judged(detector, observation, (key) => taught.has(key)), []);
        },
      ),
      { numRuns: 3_000, seed: 8 },
    );
    assert.ok(said > 1_000, `only ${said} findings were looked at`);
  });
});
