/** What the sinks that write give a person and a program to read, and the pass from alerts to sinks. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { alertSchema, SinkError, type Alert, type Sink } from '#contract';
import { deliver } from '../../src/alerting/deliver.ts';
import { console as consoleSink, type ConsoleOptions } from '../../src/alerting/sinks/console/index.ts';
import { width } from '../../src/alerting/sinks/console/width.ts';
import { jsonl } from '../../src/alerting/sinks/jsonl/index.ts';
import { anAlert } from './alert.ts';
import { hostileAlert } from './sink-contract.ts';

async function shown(alert: Alert, options: Partial<ConsoleOptions> = {}): Promise<string> {
  let text = '';
  await consoleSink((more) => void (text += more), { columns: 80, color: false, ...options }).send(alert);
  return text;
}

describe('the console', () => {
  test('shows when, how urgent, what, and how unusual', async () => {
    assert.equal(
      await shown(anAlert(), { columns: 120 }),
      '04 Mar 18:15  high      checkout sent 41 MB to an address it never used\n' +
        '         UTC            41 MB a minute · usually 0.2 to 3.1 MB a minute · 5 times in 4 min · 21 days, 140 tasks\n',
    );
  });

  test('shows the time of the reader, with UTC beneath', async () => {
    const text = await shown(anAlert(), { timeZone: 'Asia/Tokyo' });
    assert.match(text, /^05 Mar 03:15 /);
    assert.match(text, /\n {3}18:15 UTC /);
  });

  test('colours the word of severity with the terminal\'s own colours, and nothing without colour', async () => {
    const text = await shown(anAlert({ severity: 'critical' }), { color: true });
    assert.ok(text.includes('\u001b[1;31mcritical\u001b[0m'));
    assert.equal(stripVTControlCharacters(text), await shown(anAlert({ severity: 'critical' })));
  });

  test('fits its columns whatever the alert holds, also in Japanese', async () => {
    const japanese = anAlert({ title: 'checkout が初めての宛先に 41 MB を送信しました。'.repeat(4) });
    for (const alert of [hostileAlert(), japanese, anAlert({ title: 'x'.repeat(500) }), anAlert()]) {
      for (const columns of [40, 80, 200]) {
        const text = await shown(alert, { columns });
        for (const line of text.split('\n')) assert.ok(width(line) <= columns, `${width(line)} > ${columns}: ${line}`);
      }
    }
  });
});

describe('jsonl', () => {
  const line = async (alert: Alert): Promise<string> => {
    let text = '';
    await jsonl((more) => void (text += more)).send(alert);
    return text;
  };

  test('is one line that holds the alert, hostile or not', async () => {
    for (const alert of [anAlert(), hostileAlert()]) {
      const text = await line(alert);
      assert.equal(text.trimEnd().split(/[\n\r\u0085\u2028\u2029]/).length, 1);
      assert.deepEqual(alertSchema.parse(JSON.parse(text)), alert);
    }
  });

  test('orders its keys as the schema does, whatever the order given', async () => {
    const reversed = Object.fromEntries(Object.entries(anAlert()).toReversed()) as Alert;
    assert.equal(await line(reversed), await line(anAlert()));
    assert.deepEqual(Object.keys(JSON.parse(await line(reversed)) as object), Object.keys(alertSchema.shape));
  });
});

describe('the pass to the sinks', () => {
  const sink = (name: string, answer: (nth: number) => SinkError | undefined): Sink & { sent: string[] } => {
    const sent: string[] = [];
    return { name, sent, send: async (alert) => {
      sent.push(alert.id);
      const error = answer(sent.length);
      if (error !== undefined) throw error;
    } };
  };
  const alerts = Array.from({ length: 6 }, (_, index) => anAlert({ id: `id${index}` }));
  const failed = new SinkError('receiver-failed', 'hook.example answered 500.', true);

  test('gives every alert to every sink in order, and one failing sink harms no other', async () => {
    const good = sink('good', () => undefined);
    const flaky = sink('flaky', (nth) => (nth === 2 ? failed : undefined));
    const [first, second] = await deliver(alerts, [good, flaky]);
    assert.deepEqual(good.sent, alerts.map(({ id }) => id));
    assert.deepEqual(first, { sink: 'good', delivered: 6, failed: 0, skipped: 0 });
    assert.deepEqual(second, { sink: 'flaky', delivered: 5, failed: 1, skipped: 0, firstFailure: { code: 'receiver-failed', message: failed.message, alertId: 'id1' } });
  });

  test('leaves a sink alone that is gone, or failed three times in a row', async () => {
    const [dead, gone] = await deliver(alerts, [sink('dead', () => failed), sink('gone', () => new SinkError('gone', 'no more', false))]);
    assert.deepEqual([dead?.failed, dead?.skipped, gone?.failed, gone?.skipped], [3, 3, 1, 5]);
  });

  test('does not hide a defect as a failed delivery', async () => {
    const broken: Sink = { name: 'broken', send: () => Promise.reject(new TypeError('defect')) };
    await assert.rejects(deliver(alerts, [broken]), TypeError);
  });
});
