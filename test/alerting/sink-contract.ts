/** What every sink keeps, whatever it speaks: a new one gets these tests by standing in the list. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SinkError, type Alert, type Sink } from '#contract';
import { anAlert } from './alert.ts';

/** A sink under test with the other end in the test's hands. */
export interface Bench {
  sink: Sink;
  /** What arrived, as text, in order. */
  arrived(): string[];
  /** From now on the other end takes nothing. */
  breakDown(): Promise<void> | void;
  close(): Promise<void> | void;
}

export interface SinkCase {
  name: string;
  open(): Promise<Bench> | Bench;
  /** Parts of the configuration that no error may show. */
  secrets: string[];
  /** Some text of the alert that must be found at the other end. */
  shows: (alert: Alert) => string;
}

export const hostileText = 'a\u001b[31mred\u001b]0;title\u0007\r\nnext\u2028line\u202eright\u200b\u009b2J<script>alert(1)</script>\ud800\u0000';

export function hostileAlert(): Alert {
  const plain = anAlert();
  const spoilt = (value: unknown): unknown =>
    typeof value === 'string' ? hostileText : Array.isArray(value) ? value.map(spoilt)
      : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, spoilt(part)])) : value;
  return { ...(spoilt(plain) as Alert), id: plain.id, severity: plain.severity, status: plain.status, entity: { ...(spoilt(plain.entity) as Alert['entity']), phase: 'run' }, firstSeen: plain.firstSeen, lastSeen: plain.lastSeen };
}

export function runSinkContract(cases: readonly SinkCase[]): void {
  for (const { name, open, secrets, shows } of cases) {
    describe(`the sink ${name}`, () => {
      test('has the name of its folder', async (t) => {
        const bench = await open();
        t.after(() => bench.close());
        assert.equal(bench.sink.name, name);
      });

      test('delivers alerts in the order sent', async (t) => {
        const bench = await open();
        t.after(() => bench.close());
        const alerts = ['one', 'two', 'three'].map((word, index) => anAlert({ id: `id${index}`, title: `checkout did ${word}` }));
        for (const alert of alerts) await bench.sink.send(alert);
        const arrived = bench.arrived();
        assert.equal(arrived.length, 3);
        for (const [index, alert] of alerts.entries()) assert.ok(arrived[index]?.includes(shows(alert)), arrived[index]);
      });

      test('gives the same alert the same text', async (t) => {
        const bench = await open();
        t.after(() => bench.close());
        await bench.sink.send(anAlert());
        await bench.sink.send(structuredClone(anAlert()));
        const [first, second] = bench.arrived();
        assert.equal(first, second);
      });

      test('keeps hostile text from the terminal and from forging lines', async (t) => {
        const bench = await open();
        t.after(() => bench.close());
        await bench.sink.send(hostileAlert());
        const [text = ''] = bench.arrived();
        // oxlint-disable-next-line no-control-regex
        assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e]/u);
      });

      test('names a failure as a SinkError that holds no secret', async (t) => {
        const bench = await open();
        t.after(() => bench.close());
        await bench.breakDown();
        const failure = await bench.sink.send(anAlert()).then(() => undefined, (error: unknown) => error);
        assert.ok(failure instanceof SinkError, String(failure));
        assert.match(failure.code, /^[a-z][a-z-]+$/);
        const shown = `${failure.message} ${failure.stack} ${JSON.stringify(failure)}`;
        for (const secret of secrets) assert.ok(!shown.includes(secret), shown);
      });
    });
  }
}
