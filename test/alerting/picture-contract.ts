/** What every notifier keeps that gives a service the picture of the evidence as a file: the picture is an extra, the message is not. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Clock, Message, Notification, Notifier } from '#contract';
import { compose } from '../../src/alerting/message/compose.ts';
import { chatSize } from '../../src/alerting/message/picture-file.ts';
import { picturePng, type Ground } from '../../src/alerting/message/picture-png.ts';
import { aDrawnAlert, anAlert } from './alert.ts';
import { anIncident, aNotification, stories, storyNotifications } from './message/stories.ts';
import { failureOf, type Arrived } from './notifier-contract.ts';
import type { SentFile } from './stand-ins/form.ts';
import type { Fault, HttpService, ServiceRequest } from './stand-ins/http-service.ts';

export interface PictureBench {
  notifier: Notifier;
  service: HttpService;
  /** Messages, changes and answers, not the pictures by themselves. */
  arrived(): Arrived[];
  complaints(): string[];
  /** Pictures that a reader finds now, in order. */
  shown(): SentFile[];
}

export interface PictureCase {
  name: string;
  way?: string;
  open(reader: { locale: 'en' | 'ja'; timeZone: string }, clock: Clock): Promise<PictureBench>;
  /** Does it bring a picture, or ask to? */
  isUpload(request: ServiceRequest): boolean;
  /** Ways in which the service says that it takes no picture. */
  refusals: readonly { title: string; fault: Fault }[];
  /** Picture and message are one request. */
  isOne: boolean;
  /** The text has its blocks beside the picture too, which stands elsewhere. */
  hasBlocks?: true;
  /** What becomes of the picture when there is nothing to draw any more. */
  whenOver: 'is taken away' | 'stays';
  /** What a second picture does. */
  second: 'replaces' | 'is added';
  ground?: Ground;
}

const utc = { locale: 'en', timeZone: 'UTC' } as const;
const tokyo = { locale: 'ja', timeZone: 'Asia/Tokyo' } as const;
const blocks = /[▁▂▃▄▅▆▇█]{3}/;
const mostBytes = 20_000;

const first = (changes: Partial<Notification> = {}): Notification => aNotification([anIncident([aDrawnAlert()])], changes);
const later = first({ sequence: 2, reason: 'new alerts added', incidents: [anIncident([aDrawnAlert({ title: 'checkout sent 77 MB to an address it never used' }, 77_000_000)])] });
const over = first({ sequence: 3, reason: 'all alerts resolved', status: 'resolved', incidents: [anIncident([aDrawnAlert({ status: 'resolved' })])] });

async function drawn(notification: Notification, ground?: Ground): Promise<Buffer> {
  const { picture }: Message = await compose(notification, utc);
  return picturePng(picture!, chatSize, ground);
}

export function runPictureContract(cases: readonly PictureCase[]): void {
  for (const sink of cases) {
    describe(['the picture in', sink.name, sink.way ?? ''].join(' ').trim(), () => {
      showing(sink);
      failing(sink);
    });
  }
}

async function opened(t: TestContext, sink: PictureCase, reader: typeof utc | typeof tokyo = utc): Promise<PictureBench & { wait(ms: number): void }> {
  let nowMs = 1_000;
  const bench = await sink.open(reader, { now: () => nowMs, sleep: () => Promise.resolve() });
  t.after(() => bench.service.close());
  return { ...bench, wait: (ms) => void (nowMs += ms) };
}

function showing(sink: PictureCase): void {
  test('stands at the message, once, and the blocks do not beside it', async (t) => {
    for (const reader of [utc, tokyo]) {
      const bench = await opened(t, sink, reader);
      await bench.notifier.notify(first(), undefined);
      assert.deepEqual(bench.complaints(), []);
      assert.deepEqual(bench.arrived().map(({ how }) => how), ['message']);
      assert.deepEqual(bench.shown().map(({ name, bytes }) => [name, bytes]), [['evidence.png', await drawn(first(), sink.ground)]]);
      assert.equal(blocks.test(bench.arrived()[0]?.text ?? ''), sink.hasBlocks === true);
      // Over which time it goes stands in the text.
      assert.match(bench.arrived()[0]?.text ?? '', reader.locale === 'ja' ? /直近 21 分/ : /last 21 min/i);
    }
  });

  test('is not sent where there is nothing to draw', async (t) => {
    const bench = await opened(t, sink);
    await bench.notifier.notify(aNotification([anIncident([anAlert()])]), undefined);
    assert.deepEqual(bench.shown(), []);
    assert.deepEqual(bench.service.requests.filter(sink.isUpload), []);
  });

  test(`changes with the message: the second ${sink.second}, and it ${sink.whenOver} when it is over`, async (t) => {
    const bench = await opened(t, sink);
    const receipt = await bench.notifier.notify(later, await bench.notifier.notify(first(), undefined));
    const [one, two] = [await drawn(first(), sink.ground), await drawn(later, sink.ground)];
    const both = sink.second === 'replaces' ? [two] : [one, two];
    assert.deepEqual(bench.shown().map(({ bytes }) => bytes), both);
    await bench.notifier.notify(over, receipt);
    assert.deepEqual(bench.shown().map(({ bytes }) => bytes), sink.whenOver === 'stays' ? both : []);
    assert.equal(bench.arrived().filter(({ how }) => how === 'message').length, 1);
    assert.deepEqual(bench.complaints(), []);
  });

  test('is there once when the same notification comes again', async (t) => {
    const bench = await opened(t, sink);
    const receipt = await bench.notifier.notify(first(), undefined);
    const again = await bench.notifier.notify(structuredClone(first()), structuredClone(receipt));
    assert.equal(bench.shown().length, 1);
    assert.equal(bench.arrived().filter(({ how }) => how === 'message').length, 1);
    assert.deepEqual(again, receipt);
  });

  test('joins a message that began without one', async (t) => {
    const bench = await opened(t, sink);
    const bare = aNotification([anIncident([anAlert()])]);
    const receipt = await bench.notifier.notify(later, await bench.notifier.notify(bare, undefined));
    assert.deepEqual(bench.shown().map(({ bytes }) => bytes), [await drawn(later, sink.ground)]);
    await bench.notifier.notify(over, receipt);
    assert.equal(bench.arrived().filter(({ how }) => how === 'message').length, 1);
    assert.deepEqual(bench.complaints(), []);
  });

  test('is under 20 KB in the recorded stories', async (t) => {
    const bench = await opened(t, sink, tokyo);
    for (const [index, notification] of stories.flatMap(storyNotifications).entries()) await bench.notifier.notify({ ...notification, key: String(index).padStart(32, '0') }, undefined);
    assert.deepEqual(bench.complaints(), []);
    assert.ok(bench.shown().length > 0);
    for (const { bytes } of bench.shown()) assert.ok(bytes.length < mostBytes, `${bytes.length} bytes`);
  });
}

function failing(sink: PictureCase): void {
  const breakUploads = ({ service }: PictureBench, fault: Fault | undefined): void => {
    service.faultOf = (request) => (sink.isUpload(request) ? fault : undefined);
  };
  const uploads = ({ service }: PictureBench): number => service.requests.filter(sink.isUpload).length;

  for (const { title, fault } of sink.refusals) {
    test(`costs no message and doubles none where it is refused: ${title}`, async (t) => {
      const bench = await opened(t, sink);
      breakUploads(bench, fault);
      const receipt = await bench.notifier.notify(first(), undefined);
      assert.deepEqual(bench.arrived().map(({ how }) => how), ['message']);
      assert.match(bench.arrived()[0]?.text ?? '', blocks);
      assert.deepEqual(bench.shown(), []);
      assert.ok(receipt !== undefined);
      const tried = uploads(bench);
      assert.ok(tried >= 1);
      // For a while nothing is tried, then the service takes it.
      breakUploads(bench, undefined);
      await bench.notifier.notify(first({ key: 'b'.repeat(32) }), undefined);
      assert.equal(uploads(bench), tried);
      bench.wait(3_600_000);
      await bench.notifier.notify(first({ key: 'c'.repeat(32) }), undefined);
      assert.equal(bench.shown().length, 1);
      assert.equal(bench.arrived().length, 3);
      assert.deepEqual(bench.complaints(), []);
    });

    test(`costs no change of a message where it is refused: ${title}`, async (t) => {
      const bench = await opened(t, sink);
      const receipt = await bench.notifier.notify(first(), undefined);
      breakUploads(bench, fault);
      await bench.notifier.notify(later, receipt);
      assert.deepEqual(bench.arrived().filter(({ how }) => how !== 'reply').map(({ how }) => how), ['message', 'update']);
      assert.match(bench.arrived()[1]?.text ?? '', /77/);
      assert.match(bench.arrived()[1]?.text ?? '', blocks);
      assert.deepEqual(bench.complaints(), []);
    });
  }

  for (const fault of ['hang', 'reset', { status: 503, body: '' }] satisfies Fault[]) {
    test(`costs no message and doubles none where its way is blocked: ${typeof fault === 'string' ? fault : fault.status}`, async (t) => {
      const bench = await opened(t, sink);
      breakUploads(bench, fault);
      if (sink.isOne) {
        // Nobody knows whether it arrived; the next attempt is the text alone.
        const failure = await failureOf(bench.notifier.notify(first(), undefined));
        assert.equal(failure.isRetryable, true);
      }
      const receipt = await bench.notifier.notify(first(), undefined);
      assert.ok(receipt !== undefined);
      assert.deepEqual(bench.arrived().map(({ how }) => how), ['message']);
      assert.match(bench.arrived()[0]?.text ?? '', blocks);
      assert.deepEqual(bench.complaints(), []);
    });
  }
}
