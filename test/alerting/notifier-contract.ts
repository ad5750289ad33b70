/** What every notifier keeps, whatever it speaks: a new one gets these tests by standing in a list of cases. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SinkError, type JsonValue, type Notification, type Notifier } from '#contract';
import { anAlert, aSeries } from './alert.ts';
import { hostileStrings, neverShown } from './hostile.ts';
import { anIncident, aNotification, stories, storyNotifications } from './message/stories.ts';
import { openHttpService, type Fault } from './stand-ins/http-service.ts';

export interface Arrived {
  /** A message of its own, a change of one, an answer beneath one. */
  how: 'message' | 'update' | 'reply';
  /** What a person reads, without the service's markup and escapes. */
  text: string;
  /** As it came over the wire. */
  body: string;
}

/** A notifier and the stand-in of its service, in the test's hands. */
export interface NotifierBench {
  notifier: Notifier;
  /** What the service took, in order. */
  arrived(): Arrived[];
  /** What the service refused and why: wrong fields, limits, signatures. */
  complaints(): string[];
  /** What happens to requests from now on; undefined for the service itself. Absent where the notifier speaks no HTTP. */
  fail?(fault: Fault | undefined): void;
  /** Requests so far, refused ones too. */
  requests(): number;
  /** Bytes of huge answers handed to the network. */
  hugeBytes?(): number;
  close(): Promise<void>;
}

export interface NotifierCase {
  name: string;
  /** Tells apart the ways that one notifier speaks: `with a bot token`. */
  way?: string;
  open(reader: { locale: 'en' | 'ja'; timeZone: string }): Promise<NotifierBench>;
  /** The same notifier before another address, `https://127.0.0.1:PORT`; its time-out short. */
  at?(origin: string): Notifier;
  /** Parts of the options that no error may show. */
  secrets: readonly string[];
  /** What the second notification of a key becomes. */
  update: Arrived['how'];
  /** The service itself knows what belongs together by the notification's key, whatever the receipt. */
  isKeyed?: true;
  /** Answers of the service that say failure with status 200, and whether another try may help. */
  falseSuccesses?: readonly { answer: Fault; isRetryable: boolean }[];
  /** The status that the service gives an address that is gone; 404 where absent. */
  gone?: Fault;
  /** Throws where hostile text pings somebody, is a link or changes the structure of what was sent. */
  harmless(body: string): void;
  /** Statuses that this service means otherwise than most: by status, whether another try may help. */
  otherwise?: Readonly<Record<number, boolean>>;
}

const utc = { locale: 'en', timeZone: 'UTC' } as const;
const tokyo = { locale: 'ja', timeZone: 'Asia/Tokyo' } as const;

const first = (changes: Partial<Notification> = {}): Notification => aNotification([anIncident([anAlert()])], changes);
const later = (changes: Partial<Notification> = {}): Notification =>
  first({ sequence: 2, reason: 'new alerts added', incidents: [anIncident([anAlert(), anAlert({ id: 'a2', severity: 'critical', title: 'checkout opened a shell' })])], ...changes });
const resolved = (): Notification => first({ sequence: 3, reason: 'all alerts resolved', status: 'resolved', incidents: [anIncident([anAlert({ status: 'resolved' })])] });

/** Letters and digits alone: what stays of a text in whatever markup. */
export function letters(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '');
}

export async function failureOf(delivery: Promise<unknown>): Promise<SinkError> {
  const error = await delivery.then(() => undefined, (thrown: unknown) => thrown);
  assert.ok(error instanceof SinkError, `not a SinkError: ${String(error)}`);
  return error;
}

export function runNotifierContract(cases: readonly NotifierCase[]): void {
  for (const sink of cases) {
    describe(['the notifier', sink.name, sink.way ?? ''].join(' ').trim(), () => {
      deliveries(sink);
      hostility(sink);
      failures(sink);
    });
  }
}

function deliveries(sink: NotifierCase): void {
  test('has the name of its folder', async (t) => {
    const bench = await sink.open(utc);
    t.after(() => bench.close());
    assert.equal(bench.notifier.name, sink.name);
  });

  test('tells the first, then updates it, then says that it is over', async (t) => {
    const bench = await sink.open(utc);
    t.after(() => bench.close());
    let receipt: JsonValue | undefined;
    const steps: [Notification, RegExp][] = [
      [first(), /checkoutsent41MBtoanaddressitneverused/],
      [later(), /checkoutopenedashell/],
      [resolved(), /Over|[Rr]esolved/],
    ];
    for (const [index, [notification, says]] of steps.entries()) {
      const before = bench.arrived().length;
      receipt = await bench.notifier.notify(notification, receipt);
      assert.ok(receipt === undefined || Buffer.byteLength(JSON.stringify(receipt)) <= 1_024, 'the receipt is over 1 KB');
      const how = index === 0 ? 'message' : sink.update;
      const told = bench.arrived().slice(before);
      assert.ok(told.some((one) => one.how === how && says.test(letters(one.text))), JSON.stringify(told));
    }
    assert.deepEqual(bench.complaints(), []);
  });

  test('sends a repeat of the same notification with the same content', async (t) => {
    const bench = await sink.open(utc);
    t.after(() => bench.close());
    const receipt = await bench.notifier.notify(first(), undefined);
    await bench.notifier.notify(later(), receipt);
    const once = bench.arrived();
    await bench.notifier.notify(structuredClone(later()), structuredClone(receipt));
    assert.deepEqual(bench.arrived().slice(once.length), once.slice(1));
  });

  test('does without a receipt from somebody else', async (t) => {
    const bench = await sink.open(utc);
    t.after(() => bench.close());
    for (const receipt of ['text', 7, null, [], { id: { deep: true } }, { '__proto__': 1 }] as JsonValue[]) await bench.notifier.notify(later(), receipt);
    assert.deepEqual(bench.complaints(), []);
    assert.ok(bench.arrived().every(({ how }, index) => how === (sink.isKeyed === true && index > 0 ? sink.update : 'message')));
  });

  test('marks a test as a test, in both languages', async (t) => {
    for (const reader of [utc, tokyo]) {
      const bench = await sink.open(reader);
      t.after(() => bench.close());
      await bench.notifier.notify(first({ reason: 'test' }), undefined);
      await bench.notifier.notify(aNotification([], { reason: 'test', key: 'f'.repeat(32) }), undefined);
      assert.deepEqual(bench.complaints(), []);
      assert.equal(bench.arrived().length, 2);
      for (const { text } of bench.arrived()) assert.match(text, reader.locale === 'ja' ? /テスト/ : /\bTest\b/);
    }
  });

  test('speaks the language and the clock of its readers', async (t) => {
    const bench = await sink.open(tokyo);
    t.after(() => bench.close());
    await bench.notifier.notify(first(), undefined);
    const [message] = bench.arrived();
    assert.match(message?.text ?? '', /[\u3040-\u30ff]/);
    assert.match(message?.text ?? '', /03:15/);
  });

  test('sends a digest, a group of many incidents and a notification without any', async (t) => {
    const bench = await sink.open(utc);
    t.after(() => bench.close());
    const incidents = Array.from({ length: 10 }, (_, index) => anIncident([anAlert({ id: `a${index}`, title: `service-${index} did something` })]));
    const names = Array.from({ length: 20 }, (_, index): [string, number] => [`service-${index}`, 1_000 - index]);
    await bench.notifier.notify(aNotification(incidents, { incidentCount: 200 }), undefined);
    await bench.notifier.notify(aNotification([], { key: 'd'.repeat(32), reason: 'digest', digest: { bySeverity: { critical: 3, low: 99_997 }, byName: names, sinceMs: 0 } }), undefined);
    await bench.notifier.notify(aNotification([], { key: 'e'.repeat(32) }), undefined);
    assert.deepEqual(bench.complaints(), []);
    assert.equal(bench.arrived().length, 3);
    assert.match(bench.arrived()[1]?.text ?? '', /100,000/);
  });

  test('sends the recorded stories in both languages', async (t) => {
    for (const reader of [utc, tokyo]) {
      const bench = await sink.open(reader);
      t.after(() => bench.close());
      const notifications = stories.flatMap(storyNotifications);
      for (const [index, notification] of notifications.entries()) await bench.notifier.notify({ ...notification, key: String(index).padStart(32, '0') }, undefined);
      assert.deepEqual(bench.complaints(), []);
      assert.equal(bench.arrived().length, notifications.length);
    }
  });
}

/** All texts of an alert are these; ids, times and enumerations stay. */
function spoilt(texts: readonly string[]): Notification {
  let next = 0;
  const text = (): string => texts[next++ % texts.length] ?? '';
  const plain = anAlert();
  const alert = anAlert({
    title: text(), summary: text(), object: text(), detector: text(), attack: [text(), text()],
    entity: { ...plain.entity, kind: text(), name: text(), account: text(), region: text(), cluster: text(), container: text(), instance: text() },
    evidence: { ...plain.evidence, observed: text(), expected: text(), unit: text(), records: [{ file: text(), raw: text() }], series: { ...aSeries(), unit: text() } },
    explanation: { history: text(), quiet: text(), lookFirst: text(), deployment: text() },
  });
  const more = [1, 2, 3].map((index) => ({ ...structuredClone(alert), id: `h${index}`, title: text(), summary: text() }));
  return aNotification([anIncident([alert, ...more]), anIncident([{ ...structuredClone(alert), id: 'h9', title: text() }])], { groupLabels: { [text()]: text() } });
}

function hostility(sink: NotifierCase): void {
  test('sends 2,000 hostile strings as what they are and no more', async (t) => {
    const strings = hostileStrings(2_000);
    for (const reader of [utc, tokyo]) {
      const bench = await sink.open(reader);
      t.after(() => bench.close());
      // Twenty-six texts go into one notification.
      for (let at = 0; at < strings.length; at += 20) await bench.notifier.notify({ ...spoilt(strings.slice(at, at + 20)), key: String(at).padStart(32, '0') }, undefined);
      assert.deepEqual(bench.complaints(), []);
      assert.equal(bench.arrived().length, strings.length / 20);
      for (const { text, body } of bench.arrived()) {
        assert.doesNotMatch(text, neverShown);
        sink.harmless(body);
      }
    }
  });

  test('keeps the limits of its service with the largest message, whatever its texts become when escaped', async (t) => {
    for (const filler of ['<&>"\'\\*_~`|[](){}#@:!', '日本語', '\u0001\u202e', '😀', 'word ']) {
      const bench = await sink.open(tokyo);
      t.after(() => bench.close());
      await bench.notifier.notify(spoilt([filler.repeat(4_000)]), undefined);
      assert.deepEqual(bench.complaints(), []);
      assert.equal(bench.arrived().length, 1);
    }
  });
}

function failures(sink: NotifierCase): void {
  const { secrets } = sink;
  const echo = `echo ${secrets.join(' ')} end`;
  const holdsNoSecret = ({ message, stack, code }: SinkError): void => {
    assert.match(code, /^[a-z][a-z-]+$/);
    for (const secret of secrets) assert.ok(!`${message} ${stack}`.includes(secret), message);
  };
  const faults: { title: string; fault: Fault; isRetryable: boolean; retryAfterMs?: number }[] = [
    { title: '429 with Retry-After in seconds', fault: { status: 429, headers: { 'retry-after': '7' }, body: '' }, isRetryable: true, retryAfterMs: 7_000 },
    { title: '500', fault: { status: 500, body: echo }, isRetryable: true },
    { title: '503 with Retry-After', fault: { status: 503, headers: { 'retry-after': '30' }, body: echo }, isRetryable: true, retryAfterMs: 30_000 },
    { title: '400', fault: { status: 400, body: echo }, isRetryable: false },
    { title: '401', fault: { status: 401, body: echo }, isRetryable: false },
    { title: 'an address that is gone', fault: sink.gone ?? { status: 404, body: echo }, isRetryable: false },
    { title: 'a redirect', fault: { status: 307, headers: { location: 'http://127.0.0.1:9/' }, body: echo }, isRetryable: false },
    { title: 'a connection reset', fault: 'reset', isRetryable: true },
    ...(sink.falseSuccesses ?? []).map(({ answer, isRetryable }, index) => ({ title: `a 200 that means failure (${index + 1})`, fault: answer, isRetryable })),
  ];
  for (const { title, fault, isRetryable, retryAfterMs } of faults) {
    const status = typeof fault === 'string' ? 0 : fault.status;
    const expected = sink.otherwise?.[status] ?? isRetryable;
    test(`names ${title} a failure, ${expected ? 'worth another try' : 'for good'}`, async (t) => {
      const bench = await sink.open(utc);
      t.after(() => bench.close());
      if (bench.fail === undefined) return t.skip('it speaks no HTTP');
      bench.fail(fault);
      const failure = await failureOf(bench.notifier.notify(first(), undefined));
      assert.equal(failure.isRetryable, expected, failure.message);
      if (retryAfterMs !== undefined) assert.equal(failure.retryAfterMs, retryAfterMs);
      assert.equal(bench.requests(), 1);
      holdsNoSecret(failure);
      bench.fail(undefined);
      await bench.notifier.notify(first(), undefined);
      assert.equal(bench.arrived().length, 1);
    });
  }

  for (const fault of ['hang', 'slow-body'] as const) {
    test(`gives up on ${fault === 'hang' ? 'a service that never answers' : 'an answer that never ends'}`, async (t) => {
      if (sink.at === undefined) return t.skip('it speaks no HTTP');
      const service = await openHttpService(() => ({ status: 200 }));
      t.after(() => service.close());
      service.fault = fault;
      const started = performance.now();
      const outcome = await sink.at(service.origin).notify(first(), undefined).then(() => undefined, (error: unknown) => error);
      assert.ok(performance.now() - started < 8_000);
      // Whoever reads the status alone has his answer.
      if (fault === 'slow-body' && outcome === undefined) return undefined;
      assert.ok(outcome instanceof SinkError, String(outcome));
      assert.equal(outcome.isRetryable, true);
      holdsNoSecret(outcome);
    });
  }

  test('reads no more of an answer of 50 MB than it needs', async (t) => {
    if (sink.at === undefined) return t.skip('it speaks no HTTP');
    const service = await openHttpService(() => ({ status: 200 }));
    t.after(() => service.close());
    service.fault = 'huge';
    const outcome = await sink.at(service.origin).notify(first(), undefined).then(() => undefined, (error: unknown) => error);
    assert.ok(outcome === undefined || outcome instanceof SinkError, String(outcome));
    // What the sockets' buffers take is sent, whoever reads it.
    assert.ok(service.hugeBytes < 20_000_000, `${service.hugeBytes} bytes`);
  });

  test('sends nothing to a service that cannot prove who it is', async (t) => {
    if (sink.at === undefined) return t.skip('it speaks no HTTP');
    const service = await openHttpService(() => ({ status: 200, body: 'ok' }), { isWrongCertificate: true });
    t.after(() => service.close());
    const failure = await failureOf(sink.at(service.origin).notify(first(), undefined));
    assert.equal(failure.code, 'certificate-invalid');
    assert.equal(service.requests.length, 0);
    holdsNoSecret(failure);
  });
}
