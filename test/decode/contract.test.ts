/** Every decoder of the list passes the contract, on real samples and on what is made of them. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  containerInsightsLine, ecsTaskEvent, feedNames, fireLensLine, flowFields, flowLine,
  type DecodeSettings, type Decoded, type Decoder, type FargazerEvent, type JsonObject, type JsonValue, type RawRecord,
} from '#contract';
import { decoderNamed, decoders } from '../../src/decode/formats.ts';
import { openStream } from '../../src/decode/stream.ts';
import { assertWellFormed, shownOf } from './contract.ts';
import { sampleText } from './sample.ts';

const at = Date.UTC(2026, 0, 5, 7);
const lines = (...text: string[]): string => `${text.join('\n')}\n`;

const flowLines = Array.from({ length: 6 }, (_, task) => flowLine({ at, service: 'web', task, to: `52.1.2.${task}`, port: 443, bytes: 10 }));

interface Sample {
  text: string;
  settings?: DecodeSettings;
}

/** Files of each format: real ones where a collection has them, else as the format's own documentation shows them. */
const samples: Readonly<Record<string, Sample[]>> = {
  firelens: [{ text: lines(fireLensLine({ at, service: 'web', task: 1, log: 'GET /cart took 12 ms' }), fireLensLine({ at, service: 'web', task: 1, log: '{"level":"error","msg":"no route"}' })) }],
  'fargazer-events': ['fargazer-events/events.ndjson'].map(file),
  cloudtrail: ['cloudtrail-invictus/records.json', 'opensearch-catalog/cloudtrail.ndjson', 'plaso/aws_cloudtrail.jsonl'].map(file),
  'kubernetes-audit': ['audit2rbac/demo.log', 'falco-k8s-audit/exec_pod.json', 'falco-k8s-audit/create_nginx_pod_privileged_2nd_container.json', 'falco-k8s-audit/anonymous_creates_namespace_foo.json'].map(file),
  'ecs-event': [{ text: lines(ecsTaskEvent({ at, id: 'e', service: 'web', task: 1, lastStatus: 'RUNNING' })) }],
  guardduty: ['panther-tests/guardduty.jsonl'].map(file),
  'container-insights': [{ text: lines(containerInsightsLine({ at, service: 'web', task: 1 })) }],
  'task-metadata': ['ecs-exporter/fargate_task_metadata.json', 'ecs-exporter/fargate_task_stats.json', 'telegraf/stats.golden', 'opentelemetry-js-contrib/metadatav4-response-task-fargate.json'].map(file),
  'flow-log': [{ text: lines(flowFields, ...flowLines) }, { text: lines(...flowLines), settings: { flowFields: flowFields.split(' ') } }],
  'resolver-log': ['panther-tests/resolver.jsonl'].map(file),
  'docker-log': ['plaso/container-json.log'].map(file),
  'load-balancer': ['opensearch-catalog/load-balancer.log'].map(file),
  zeek: ['otrf/conn.log', 'otrf/dns.log', 'otrf/conn.json', 'otrf/dns.json'].map(file),
  'series-csv': [{ ...file('nab/ec2_cpu_utilization.csv'), settings: { name: 'cpu' } }],
  'cloudwatch-logs': [{ text: lines('2026-01-05T07:00:00.123Z one line', '2026-01-05T07:00:01.456Z 2 111122223333 eni-0123456789abcdef0 10.0.0.1 52.1.2.3 40001 443 6 1 10 1767596370 1767596400 ACCEPT OK', '2026-01-05T07:00:02.456Z {"level":"info","msg":"another"}') }],
  'plain-text': ['elastic-examples/auth.log'].map(file),
};
/** Its messages are of other formats, whose decoders they are counted for. */
const carriers = new Set(['cloudwatch-logs']);

function file(path: string): Sample {
  return { text: sampleText(path) };
}

/** The file through the stream, as a replay reads it. */
function read({ text, settings = {} }: Sample, format?: string) {
  const events: FargazerEvent[] = [];
  const intake = {
    generation: 0,
    take(event: FargazerEvent) {
      intake.generation += 1;
      events.push(JSON.parse(JSON.stringify(event)) as FargazerEvent);
      return event;
    },
  };
  const stream = openStream({ file: 'sample', settings, intake, ...(format === undefined ? {} : { format }) });
  stream.write(Buffer.from(text));
  stream.end();
  return { events, reading: stream.reading };
}

/** Records as the framing gives them to a decoder. */
function recordsOf({ framing }: Decoder, { text }: Sample): RawRecord[] {
  if (framing === 'lines') return text.split('\n').filter((line) => line !== '').map((line, index) => ({ text: line, origin: { file: 'sample', line: index + 1 } }));
  let values: JsonValue[];
  try {
    const whole = JSON.parse(text) as JsonValue;
    const inner = (whole as { Records?: JsonValue[] }).Records;
    values = inner ?? [whole];
  } catch {
    values = text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as JsonValue);
  }
  return values.map((value, record) => ({ text: JSON.stringify(value), value, origin: { file: 'sample', record } }));
}

function decodeAll(decoder: Decoder, records: readonly RawRecord[], settings: DecodeSettings = {}): Decoded[] {
  const run = decoder.open(settings);
  const decoded = records.map((record) => run.decode(structuredClone(record)));
  run.notes?.();
  return decoded;
}

const eventsIn = (all: readonly Decoded[]): FargazerEvent[] => all.flatMap((decoded) => ('events' in decoded ? decoded.events : []));

/** Texts that stand where others are expected. */
const strangeText = fc.oneof(
  fc.constantFrom('', '-', '__proto__', 'constructor', '\u001b[2J', '\u0000', '9999-12-31T23:59:59Z', '0001-01-01T00:00:00Z', '1e999', 'NaN', '-1', 'x'.repeat(20_000), '[', '{', '"', '\ud800', 'ﬀ'.repeat(3_000)),
  fc.string({ maxLength: 40 }),
  fc.double().map(String),
);
const strangeValue: fc.Arbitrary<JsonValue> = fc.oneof(strangeText, fc.constantFrom<JsonValue>(null, true, 1e308, -1, 0.5, [], {}, [[[]]], [null], { a: [{}] }), fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>);

interface Change {
  record: number;
  places: number[];
  text: string;
  value: JsonValue;
  how: number;
}
const change: fc.Arbitrary<Change> = fc.record({ record: fc.nat(), places: fc.array(fc.nat(), { minLength: 1, maxLength: 7 }), text: strangeText, value: strangeValue, how: fc.nat() });

function mutated(records: readonly RawRecord[], changes: readonly Change[]): RawRecord[] {
  const copies = structuredClone(records) as RawRecord[];
  for (const one of changes) {
    const record = copies[one.record % copies.length]!;
    if (record.value === undefined) record.text = mutatedLine(record.text, one);
    else {
      record.text = JSON.stringify(mutatedValue(record.value, one));
      // As text tells it: lists of JSON have no holes.
      record.value = JSON.parse(record.text) as JsonValue;
    }
  }
  return copies;
}

/** A word replaced, doubled, left out, or the line cut. */
function mutatedLine(line: string, { places: [place = 0], text, how }: Change): string {
  const words = line.split(/(?<=[\s,])/);
  const index = place % words.length;
  if (how % 4 === 0) return words.with(index, `${text} `).join('');
  if (how % 4 === 1) return words.toSpliced(index, 0, words[index]!, text).join('');
  return how % 4 === 2 ? words.toSpliced(index, 1).join('') : line.slice(0, place % (line.length + 1));
}

function mutatedValue(root: JsonValue, { places, value, how }: Change): JsonValue {
  let place = root as JsonObject;
  for (const [depth, step] of places.entries()) {
    if (typeof place !== 'object' || place === null) return root;
    const keys = Object.keys(place);
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) return root;
    const inner = place[key];
    if (depth < places.length - 1 && typeof inner === 'object' && inner !== null) {
      place = inner as JsonObject;
      continue;
    }
    if (how % 5 === 0 && Array.isArray(place)) place.splice(Number(key), 1);
    else if (how % 5 === 0) delete place[key];
    else place[key] = structuredClone(value);
    return root;
  }
  return root;
}

const secrets: readonly [planted: string, secret: string][] = [
  [' password=hunter2hunter2 ', 'hunter2hunter2'],
  [' Authorization: Bearer abcdef0123456789abcdef0123 ', 'abcdef0123456789abcdef0123'],
  [' ghp_0123456789abcdefghij0123456789abcdef ', 'ghp_0123456789abcdefghij0123456789abcdef'],
  [' wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY ', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY'],
  [' https://anna:s3cr3tword@shop.example/ ', 's3cr3tword'],
  [' eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl ', 'eyJzdWIiOiIxIn0'],
];

/** Copies of a record, each with a secret at the end of one of its texts. */
function* planted(record: RawRecord, secret: string): Generator<RawRecord> {
  const texts: string[][] = [];
  const visit = (value: JsonValue, path: string[]): void => {
    if (typeof value === 'string') texts.push(path);
    else if (typeof value === 'object' && value !== null) for (const key of Object.keys(value)) visit((value as JsonObject)[key]!, [...path, key]);
  };
  if (record.value === undefined) {
    yield { ...record, text: `${record.text}${secret}` };
    return;
  }
  visit(record.value, []);
  for (const path of texts.slice(0, 60)) {
    const value = structuredClone(record.value) as JsonObject;
    let place = value;
    for (const key of path.slice(0, -1)) place = place[key] as JsonObject;
    place[path.at(-1)!] = `${String(place[path.at(-1)!])}${secret}`;
    yield { ...record, value, text: JSON.stringify(value) };
  }
}

test('every decoder has samples, and no sample is without one', () => {
  assert.deepEqual(Object.keys(samples).sort(), decoders.map(({ id }) => id).sort());
  assert.equal(new Set(decoders.map(({ id }) => id)).size, decoders.length);
});

for (const decoder of decoders) {
  const own = samples[decoder.id] ?? [];
  const all = own.map((sample) => ({ sample, records: recordsOf(decoder, sample) }));

  test(`${decoder.id} says what it is`, () => {
    assert.match(decoder.id, /^[a-z][a-z0-9-]*$/);
    assert.ok(decoder.title.length > 5 && decoder.title.length < 80);
    for (const source of decoder.source.split(', ')) assert.match(source, /^https:\/\/[\w.-]+\/\S*$/);
    assert.ok(feedNames.includes(decoder.feed));
    assert.equal(decoderNamed(decoder.id), decoder);
  });

  test(`${decoder.id} is recognised in each of its samples, and no other before it`, () => {
    for (const sample of own) {
      const { events, reading } = read(sample);
      if (!carriers.has(decoder.id)) assert.deepEqual(Object.keys(reading.formats), [decoder.id], sample.text.slice(0, 100));
      else assert.equal(decoder.recognise(recordsOf(decoder, sample)), 1);
      assert.deepEqual(reading.unreadable, []);
      assert.ok(events.length > 0, sample.text.slice(0, 100));
      events.forEach(assertWellFormed);
    }
  });

  test(`${decoder.id} reads its samples alike where it is named`, () => {
    for (const sample of own) assert.deepEqual(read(sample, decoder.id).events, read(sample).events);
  });

  test(`${decoder.id} gives the same events for the same records, plain JSON through and through`, () => {
    for (const { records, sample } of all) {
      const decoded = decodeAll(decoder, records, sample.settings);
      const events = eventsIn(decoded).map(plain);
      assert.deepEqual(eventsIn(decodeAll(decoder, records, sample.settings)).map(plain), events);
      assert.deepEqual(JSON.parse(JSON.stringify(eventsIn(decoded))), structuredClone(events).map(withoutUndefined));
    }
  });

  test(`${decoder.id} survives whatever its records are made into`, () => {
    let count = 0;
    fc.assert(
      fc.property(fc.nat(), fc.array(change, { minLength: 1, maxLength: 4 }), (which, changes) => {
        const { records, sample } = all[which % all.length]!;
        const strange = mutated(records.slice(0, 12), changes);
        decoder.recognise(strange);
        for (const { value } of strange) if (value !== undefined) decoder.accepts?.(value);
        const decoded = decodeAll(decoder, strange, sample.settings);
        for (const one of decoded) {
          if ('events' in one) one.events.forEach(assertWellFormed);
          else assert.match('unreadable' in one ? one.unreadable : one.skipped, /\S/);
        }
        count += eventsIn(decoded).length;
        assert.deepEqual(decodeAll(decoder, strange, sample.settings), decoded);
      }),
      { numRuns: 120 },
    );
    assert.ok(count > 50, `only ${count} events came through`);
    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });

  test(`${decoder.id} masks secrets in all that is shown`, () => {
    let count = 0;
    for (const [text, secret] of secrets) {
      for (const { records, sample } of all) {
        for (const strange of planted(records.at(-1)!, text)) {
          const events = eventsIn(decodeAll(decoder, [...records.slice(0, -1).slice(0, 12), strange], sample.settings));
          for (const event of events) assert.ok(!shownOf(event).includes(secret), `${secret} in ${shownOf(event).slice(0, 1_200)}`);
          count += events.length;
        }
      }
    }
    assert.ok(count > 0);
  });
}

test('a flow that ends before it began is one of its end', () => {
  const end = '1767596400';
  const later = flowLines[0]!.split(' ').map((word) => (word === '1767596370' ? '1767599999' : word)).join(' ');
  const [event] = eventsIn(decodeAll(decoderNamed('flow-log'), recordsOf(decoderNamed('flow-log'), { text: lines(flowFields, later) })));
  assert.ok(event?.kind === 'network');
  assert.deepEqual([event.startMs, event.timeMs], [Number(end) * 1_000, Number(end) * 1_000]);
});

/** What is worked out only when asked is a field once an event leaves the process. */
function plain(event: FargazerEvent): FargazerEvent {
  return 'toJSON' in event ? (event.toJSON as () => FargazerEvent)() : event;
}

function withoutUndefined(event: FargazerEvent): unknown {
  return JSON.parse(JSON.stringify(event)) as unknown;
}
