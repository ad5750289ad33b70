/** FireLens records in each published form, and of wrong types. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type JsonValue, type LogRecord, fireLensLine } from '#contract';
import { fireLens } from '../../src/decode/log/firelens.ts';
import { workloadOfPod } from '../../src/decode/log/firelens-subject.ts';

function decodeAll(values: readonly unknown[], carrierTimeMs?: number): (LogRecord | string)[] {
  const run = fireLens.open({});
  return values.map((value, index) => {
    const text = JSON.stringify(value) ?? 'null';
    const decoded = run.decode({ text, value: JSON.parse(text) as JsonValue, origin: { file: 'f', line: index + 1 }, ...(carrierTimeMs === undefined ? {} : { carrierTimeMs }) });
    if ('events' in decoded) return decoded.events[0] as LogRecord;
    return 'unreadable' in decoded ? decoded.unreadable : decoded.skipped;
  });
}
const one = (value: unknown, carrierTimeMs?: number): LogRecord => decodeAll([value], carrierTimeMs)[0] as LogRecord;

const at = Date.UTC(2026, 1, 25, 6, 13, 20);
const ecs = JSON.parse(fireLensLine({ at, service: 'web', task: 7, revision: 3, container: 'app', log: 'paid 12' })) as Record<string, unknown>;

describe('FireLens decoder', () => {
  it('reads account, region, cluster, family, revision, task and container of the ECS form', () => {
    const event = one(ecs);

    assert.deepEqual(event.subject, { account: '111122223333', region: 'eu-west-1', cluster: 'shop', family: 'web', revision: '3', task: '00000007'.repeat(4), container: 'app' });
    assert.equal(event.template, 'paid <*>');
    assert.equal(event.timeMs, at);
    assert.equal(event.feed, 'firelens');
    assert.deepEqual(one({ ...ecs, ecs_cluster: 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop' }).subject, event.subject);
  });

  it('takes the task from the container id where ECS metadata is switched off, and the container out of a Docker name', () => {
    assert.equal(one({ log: 'x', container_id: `${'a1'.repeat(16)}-123`, container_name: 'app' }).subject.task, 'a1'.repeat(16));
    assert.equal(one({ ...ecs, container_name: '/ecs-web-3-app-d4c5b6a7980011223344' }).subject.container, 'app');
  });

  it('reads each form of the date key', () => {
    const forms: [unknown, number, number][] = [
      [at / 1_000, at, 0], [at / 1_000 + 0.123456, at + 123, 456_000], [at, at, 0], ['2026-02-25T06:13:20.123456Z', at + 123, 456_000], ['2026-02-25 06:13:20.123456', at + 123, 456_000], ['2026-02-25T06:13:20', at, 0],
    ];
    for (const [date, timeMs, timeNs] of forms) {
      for (const key of ['date', '@timestamp', 'time', 'timestamp']) {
        const { timeMs: readMs, timeNs: readNs } = one({ ...ecs, date: undefined, [key]: date });
        assert.deepEqual([readMs, readNs], [timeMs, timeNs], `${key} ${String(date)}`);
      }
    }
  });

  it('takes the carrier time, the time in the line, the last time seen, or the place where the record has none', () => {
    const bare = { ...ecs, date: undefined };
    assert.equal(one(bare, 5_000_000).timeMs, 5_000_000);
    assert.equal(one({ ...bare, log: '2026-02-25T06:13:20Z x' }).timeMs, at);
    assert.equal((decodeAll([ecs, bare])[1] as LogRecord).timeMs, at);
    assert.equal((decodeAll([bare, bare])[1] as LogRecord).timeMs, Date.UTC(2006, 0, 1) + 2);
  });

  it('takes the raw line of EKS Fargate apart and numbers its pieces', () => {
    const record = (log: string): unknown => ({ log, kubernetes: { pod_name: 'web-7d9c5b6f4d-x2x4z', namespace_name: 'shop', container_name: 'app' } });
    const [first, second, third] = decodeAll([record('2026-02-25T06:13:20.5Z stdout P half '), record('2026-02-25T06:13:20.5Z stdout F line 5'), record('2026-02-25T06:13:21Z stdout F whole 5')]) as [LogRecord, LogRecord, LogRecord];

    assert.deepEqual(first.subject, { container: 'app', namespace: 'shop', pod: 'web-7d9c5b6f4d-x2x4z', workload: 'web' });
    assert.equal(first.timeMs, at + 500);
    assert.deepEqual([first.piece?.ordinal, first.piece?.isLast, first.piece?.text], [1, false, 'half ']);
    assert.deepEqual([second.piece?.ordinal, second.piece?.isLast, second.piece?.id], [2, true, first.piece?.id]);
    assert.equal(third.piece, undefined);
    assert.equal(third.template, 'whole <*>');
  });

  it('hands on pieces of the partial-message mode', () => {
    const { piece } = one({ ...ecs, partial_message: 'true', partial_id: 'p1', partial_ordinal: '2', partial_last: 'true' });
    assert.deepEqual(piece, { id: 'p1', ordinal: 2, isLast: true, text: 'paid 12' });
  });

  it('reads fields at the top level as a JSON line', () => {
    const { template, severityText } = one({ ...ecs, log: undefined, level: 'warn', msg: 'slow query 12', durationMs: 5 });
    assert.equal(template, 'WARN slow query <*> {durationMs,level,msg}');
    assert.equal(severityText, 'WARN');
  });

  it('finds the workload by the suffixes of pods', () => {
    const pods: [string, string][] = [['web-7d9c5b6f4d-x2x4z', 'web'], ['agent-x2x4z', 'agent'], ['db-0', 'db'], ['my-app-web-7d9c5b6f4d-x2x4z', 'my-app-web'], ['front-house', 'front-house']];
    for (const [pod, workload] of pods) assert.equal(workloadOfPod(pod), workload);
  });

  it('masks secrets in the raw record', () => {
    assert.ok(!one({ ...ecs, log: 'password=hunter2 AKIAIOSFODNN7EXAMPLE' }).raw.match(/hunter2|AKIAIOS/));
  });

  it('never throws on wrong types, and says what was expected', () => {
    const strange: JsonValue[] = [null, 5, true, [], {}, 'x', '', -1, 1e300, { a: [{}] }];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(ecs), 'kubernetes', 'partial_message', 'partial_id', 'partial_ordinal', 'time', '__proto__', 'constructor'), fc.constantFrom(...strange)), (fields) => {
        const result = decodeAll([{ ...ecs, ...fields }, fields, Object.values(fields)[0] ?? null]);
        for (const event of result) {
          if (typeof event === 'string') assert.match(event, /FireLens record must/);
          else assert.ok(Number.isFinite(event.timeMs) && event.templateId.length === 16);
        }
      }),
    );
  });
});
