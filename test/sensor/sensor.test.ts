/** The sensor as a source: ids, batches, bounds, its watchdog; and a `/proc` that is forged, broken or vanishes. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { systemClock, type Clock, type LiveBatch } from '../../src/contract/index.ts';
import { guarded } from '../../src/sensor/guarded.ts';
import { sensor, type SensorContext, type Sighting } from '../../src/sensor/index.ts';
import { openOutbox } from '../../src/sensor/outbox.ts';
import { capabilityNames } from '../../src/sensor/processes/capabilities.ts';
import { maskArguments } from '../../src/sensor/processes/mask-arguments.ts';
import { readRights, readStat } from '../../src/sensor/processes/read.ts';

interface Line { id: string; timeMs: number; kind: string; activity?: string; state?: string; detail?: string; pid: number; program: { path: string; name: string }; lineage: { name: string }[]; arguments: string[] }

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function forgedProc(): { path: string; put(pid: number, process?: { name?: string; parent?: number; start?: number; state?: string; args?: string[] }): void; last(pid: number): void; remove(pid: number): void } {
  const path = mkdtempSync(join(tmpdir(), 'proc-'));
  ends.push(() => rmSync(path, { recursive: true, force: true }));
  symlinkSync(String(process.pid), join(path, 'self'));
  writeFileSync(join(path, 'uptime'), '1000.00 100.00\n');
  const last = (pid: number): void => writeFileSync(join(path, 'loadavg'), `0.00 0.00 0.00 1/10 ${pid}\n`);
  last(1);
  return {
    path, last,
    remove: (pid) => rmSync(join(path, String(pid)), { recursive: true, force: true }),
    put(pid, { name = 'app', parent = 0, start = 500, state = 'S', args = [name] } = {}) {
      const folder = join(path, String(pid));
      mkdirSync(folder, { recursive: true });
      const zeros = Array.from({ length: 15 }, () => 0).join(' ');
      writeFileSync(join(folder, 'stat'), `${pid} (${name}) ${state} ${parent} 1 1 0 -1 4194304 0 0 0 0 5 5 0 0 20 0 1 0 ${start} 1 1 1 0 0 ${pid * 16} ${zeros.slice(0, 18)} 17 0 0 0 0 0 0 0 0 0 0 0 0 0\n`);
      writeFileSync(join(folder, 'status'), `Name:\t${name.replaceAll('\n', '\\n')}\nTracerPid:\t0\nUid:\t33\t33\t33\t33\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000080\nNoNewPrivs:\t1\n`);
      writeFileSync(join(folder, 'cmdline'), args.map((one) => `${one}\0`).join(''));
    },
  };
}

interface Watch { lines: Line[]; batches: LiveBatch[]; until(what: string, fits: (line: Line) => boolean): Promise<Line> }

function watch(procPath: string, parts?: ((context: SensorContext) => { name: string; ways(): []; start(): void; look(): void; stop(): void })[], clock: Clock = systemClock): Watch {
  const end = new AbortController();
  ends.push(() => end.abort());
  const lines: Line[] = [];
  const batches: LiveBatch[] = [];
  const source = sensor({ procPath, subject: () => ({ task: 't' }), sidecarStart: 's1', clock, isNative: false, ...(parts === undefined ? {} : { parts }) });
  void (async () => {
    for await (const batch of source.read(new Map(), end.signal)) {
      batches.push(batch);
      for (const { content } of batch.records) for (const line of Buffer.from(content as Uint8Array).toString().split('\n')) lines.push(JSON.parse(line) as Line);
    }
  })();
  return {
    lines, batches,
    async until(what, fits) {
      for (let tries = 0; tries < 300; tries += 1) {
        const found = lines.find(fits);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`${what} was not told`);
    },
  };
}

describe('the sensor as a source', () => {
  test('gives ascending ids without holes, an empty batch first and a time up to which it is complete', async () => {
    const proc = forgedProc();
    for (let pid = 1; pid <= 20; pid += 1) proc.put(pid, { parent: pid - 1 });
    const { lines, batches, until } = watch(proc.path);
    await until('the last process', ({ pid }) => pid === 20);
    assert.deepEqual(lines.map(({ id }) => id), lines.map((_line, at) => `s1/${at + 1}`));
    assert.deepEqual([batches[0]?.lane, batches[0]?.records.length], ['task', 0]);
    assert.ok(batches.some(({ completeToMs }) => completeToMs !== undefined));
    assert.equal(lines.find(({ pid }) => pid === 20)?.lineage.length, 8);
  });

  test('goes on when a part fails, says so, and begins it anew', async () => {
    const proc = forgedProc();
    proc.put(1);
    let starts = 0;
    const { until } = watch(proc.path, [() => ({ name: 'broken', ways: () => [], start: () => { starts += 1; }, look: () => { throw new Error('of glass'); }, stop: () => undefined })]);
    const told = await until('the failure', ({ kind, detail }) => kind === 'coverage' && detail?.includes('of glass') === true);
    assert.equal(told.state, 'silent');
    proc.put(2, { name: 'later', parent: 1 });
    proc.last(2);
    await until('a process after the failure', ({ program }) => program?.name === 'later');
    for (let tries = 0; tries < 300 && starts < 2; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(starts >= 2, 'it was not begun anew');
  });

  test('a part that always fails is begun ever more rarely', () => {
    let nowMs = 1_000_000;
    let starts = 0;
    const told: Sighting[] = [];
    const guard = guarded({ name: 'p', start: () => { starts += 1; throw new Error('no'); }, look: () => undefined, stop: () => undefined }, (sighting) => told.push(sighting), () => nowMs);
    for (; nowMs < 1_000_000 + 600_000; nowMs += 100) guard.look(nowMs);
    assert.ok(starts > 5 && starts < 25, `${starts} starts in ten minutes`);
    assert.equal(told.length, starts);
  });

  test('a full outbox drops, counts and keeps what it has', async () => {
    const outbox = openOutbox(3);
    for (let at = 0; at < 5; at += 1) outbox.put(String(at), 'x', 0);
    await outbox.wait();
    assert.equal(outbox.takeDropped(), 2);
    assert.equal(outbox.takeDropped(), 0);
    assert.deepEqual(outbox.take().map(({ place, content }) => [place, Buffer.from(content as Uint8Array).toString()]), [['0', 'x\nx\nx']]);
  });
});

test('lines that wait go together as records of a bounded size, in order, dated by the earliest', () => {
  const outbox = openOutbox();
  const long = 'y'.repeat(40_000);
  for (const [place, line] of ['a', long, 'b', long, 'c'].entries()) outbox.put(String(place), line, 1_010 - place);
  const records = outbox.take();
  assert.deepEqual(records.map(({ place, arrivalMs, content }) => [place, arrivalMs, (content as Uint8Array).length]), [['0', 1_008, 40_004], ['3', 1_006, 40_002]]);
  assert.equal(outbox.size, 0);
});

describe('a /proc that cannot be trusted', () => {
  test('a pid that is given again is another process', async () => {
    const proc = forgedProc();
    proc.put(1);
    proc.put(7, { name: 'first', parent: 1, start: 600 });
    const { lines, until } = watch(proc.path);
    await until('the first', ({ program }) => program?.name === 'first');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    proc.put(7, { name: 'second', parent: 1, start: 900 });
    await until('the second', ({ program, activity }) => program?.name === 'second' && activity === 'launch');
    await until('the end of the first', ({ program, activity }) => program?.name === 'first' && activity === 'terminate');
    assert.equal(lines.filter(({ activity, pid }) => activity === 'launch' && pid === 7).length, 2);
  });

  test('ids wrap around at the highest', async () => {
    const proc = forgedProc();
    mkdirSync(join(proc.path, 'sys/kernel'), { recursive: true });
    writeFileSync(join(proc.path, 'sys/kernel/pid_max'), '400\n');
    proc.put(1);
    proc.last(398);
    const { until } = watch(proc.path);
    await until('the first process', ({ pid }) => pid === 1);
    proc.put(301, { name: 'wrapped', parent: 1 });
    proc.last(301);
    await until('the one behind the wrap', ({ pid }) => pid === 301);
  });

  test('it may vanish and come back', async () => {
    const proc = forgedProc();
    proc.put(1);
    const { lines, until } = watch(proc.path);
    await until('the first process', ({ pid }) => pid === 1);
    rmSync(proc.path, { recursive: true });
    await new Promise((resolve) => setTimeout(resolve, 700));
    mkdirSync(proc.path);
    proc.put(1, { start: 501, name: 'again' });
    await until('it again', ({ program }) => program?.name === 'again');
    assert.deepEqual(lines.filter(({ kind }) => kind === 'coverage'), []);
  });

  test('a process that vanishes while it is read, after whichever of its files, stops nothing', async () => {
    const proc = forgedProc();
    proc.put(1);
    const { lines, until } = watch(proc.path);
    await until('the first process', ({ pid }) => pid === 1);
    const files = ['cmdline', 'status', 'stat'];
    let pid = 100;
    for (let gone = 0; gone < 2 ** files.length; gone += 1) {
      pid += 1;
      proc.put(pid);
      for (const [at, file] of files.entries()) if ((gone & (1 << at)) !== 0) rmSync(join(proc.path, String(pid), file));
      // A file in the place of a folder, and a folder in that of a file.
      if (gone === 3) mkdirSync(join(proc.path, String(pid), 'cmdline'));
      proc.last(pid);
    }
    writeFileSync(join(proc.path, '900'), '');
    proc.put(901, { name: 'behind' });
    proc.last(901);
    await until('the one behind', ({ program }) => program?.name === 'behind');
    assert.ok(lines.some(({ pid: whole }) => whole === 101));
    assert.deepEqual(lines.filter(({ kind }) => kind === 'coverage'), []);
  });

  test('a clock that jumps a day back, or ahead, holds up nothing', async () => {
    const proc = forgedProc();
    proc.put(1);
    let aheadMs = 0;
    const { lines, batches, until } = watch(proc.path, undefined, { ...systemClock, now: () => Date.now() + aheadMs });
    await until('the first process', ({ pid }) => pid === 1);
    for (const [at, ahead] of [-86_400_000, 86_400_000, 0].entries()) {
      aheadMs = ahead;
      proc.put(200 + at);
      proc.last(200 + at);
      await until(`the one after a jump to ${ahead}`, ({ pid }) => pid === 200 + at);
    }
    let completeToMs = -Infinity;
    for (const { records, completeToMs: next } of batches) {
      for (const { arrivalMs } of records) assert.ok(arrivalMs! >= completeToMs, 'nothing is told before what was complete');
      if (next === undefined) continue;
      assert.ok(next >= completeToMs, 'nothing is taken back');
      completeToMs = next;
    }
    assert.deepEqual(lines.filter(({ kind }) => kind === 'coverage'), []);
  });

  test('forged stat and status files are read or refused, and never throw', () => {
    const folder = mkdtempSync(join(tmpdir(), 'stat-'));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const piece = fc.oneof(fc.constantFrom('1 (a', ') S 1 2 3', ' -1', '\n', '(', ')', ' 0 0 0 0 0 0', 'Uid:\t', '\nUid:\t0\t0\t0\t0\n', '\nCapEff:\tzz\n', '99999999999999999999999'), fc.string({ unit: 'binary', maxLength: 12 }));
    fc.assert(fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      writeFileSync(join(folder, 'stat'), pieces.join(''));
      writeFileSync(join(folder, 'status'), pieces.join(''));
      const stat = readStat(folder);
      assert.ok(stat === undefined || (typeof stat.name === 'string' && Number.isFinite(stat.startTicks)));
      const rights = readRights(folder);
      assert.ok(rights === undefined || typeof rights.effective === 'bigint');
    }), { numRuns: 1_000 });
  });
});

describe('what is told of arguments and rights', () => {
  test('secrets are masked, ordinary arguments are not', () => {
    const secret = maskArguments(['x', '--password', 'hunter2', '--db-password=hunter2', '-u', 'me:hunter2', 'API_KEY=hunter2', 'Authorization: Bearer hunter2', 'https://me:hunter2@host/x', 'AKIAABCDEFGHIJKLMNOP', '{"token":"hunter2"}', 'kJ8x0Qp2Lz7Vb3Nm5Tr9Wd1Yc6Hf4Gs']);
    assert.ok(!/hunter2|AKIAABC|kJ8x0/.test(secret.join(' ')), secret.join(' '));
    const plain = ['node', '/app/server.js', '--port', '8080', '-u', 'www-data', '--max-old-space-size=512', 'gunicorn', 'app.wsgi:application', '/usr/lib/jvm/java-21-openjdk-amd64/bin/java', 'https://example.com/path?page=2', 'find-the-longest-file-name-in-this-directory'];
    assert.deepEqual(maskArguments(plain), plain);
  });

  test('arguments stay bounded whatever they are', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 3_000 }), { maxLength: 60 }), (raw) => {
      const masked = maskArguments(raw);
      assert.ok(masked.length <= 32 && masked.every((argument) => argument.length <= 256));
    }), { numRuns: 200 });
  });

  test('capabilities have the names of the manual', () => {
    assert.deepEqual(capabilityNames(0b1000_0001n), ['chown', 'setuid']);
    assert.deepEqual(capabilityNames(1n << 63n), ['capability_63']);
  });
});
