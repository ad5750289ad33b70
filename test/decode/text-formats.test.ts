/** Decoders of text: plain logs, Docker, load balancers, Zeek and CSV series, on real samples and on hostile ones. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { decoders, lineDecoders, valueDecoders } from '../../src/decode/formats.ts';
import { readStream } from './reading-stream.ts';
import { sampleText } from './sample.ts';

test('reads a syslog header: host, program, a year for all, and the message alone as the kind', () => {
  const { events, reading } = readStream(sampleText('elastic-examples/auth.log'));
  assert.deepEqual(reading.formats, { 'plain-text': 40 });
  assert.deepEqual(reading.unreadable, []);
  const [first] = events;
  assert.equal(first?.kind, 'log');
  assert.deepEqual(first?.subject, { host: 'ip-10-77-20-248', container: 'sshd' });
  assert.equal(first?.timeMs, Date.UTC(2024, 2, 27, 13, 6, 56));
  assert.ok(first?.kind === 'log' && first.template.startsWith('Server listening on'));
});

test('goes into the next year where months go back to January', () => {
  const { events } = readStream('Dec 31 23:59:58 host app[1]: last\nJan  1 00:00:01 host app[1]: first\n');
  assert.deepEqual(events.map(({ timeMs }) => timeMs), [Date.UTC(2024, 11, 31, 23, 59, 58), Date.UTC(2025, 0, 1, 0, 0, 1)]);
});

test('reads syslog with a year and lines of container runtimes', () => {
  const { events } = readStream('<34>1 2026-01-01T10:00:00.5Z web1 shop 77 ID1 [a b="c"] started well\n2026-01-01T10:00:01.123456789Z stderr F boom\n');
  assert.deepEqual(events.map(({ timeMs, timeNs, subject }) => [timeMs, timeNs, subject]), [
    [Date.UTC(2026, 0, 1, 10, 0, 0, 500), 0, { host: 'web1', container: 'shop' }],
    [Date.UTC(2026, 0, 1, 10, 0, 1, 123), 456_789, {}],
  ]);
  assert.deepEqual(events.map((event) => event.kind === 'log' && event.template), ['started well', 'boom']);
});

test('keeps stack frames at the instant of the line before', () => {
  const { events } = readStream('2026-01-01 10:00:00,250 ERROR failed\njava.lang.IllegalStateException: no\n\tat a.b.C.d(C.java:10)\n2026-01-01 10:00:02,000 INFO fine\n', { name: 'shop' });
  assert.deepEqual(events.map((event) => event.timeMs - Date.UTC(2026, 0, 1, 10)), [250, 250, 250, 2_000]);
  assert.deepEqual(events.map((event) => event.kind === 'log' && event.isContinuation), [false, false, true, false]);
  assert.deepEqual(events[0]?.subject, { name: 'shop' });
});

test('puts lines without any time in the order of their place', () => {
  const { events, reading } = readStream('one\n\ntwo\n');
  assert.deepEqual(reading.notes, ['Lines tell no time: their place in the file stands for it.']);
  assert.deepEqual(events.map(({ timeMs }) => timeMs - Date.UTC(2006, 0, 1)), [1, 3]);
});

test('puts lines before the first time at that time, and lets no hostile time move others', () => {
  const { events } = readStream('banner\n9999-01-01T00:00:00Z hostile\n2026-01-01T00:00:00Z one\n0001-01-01T00:00:00Z hostile\ntwo\n');
  const first = Date.UTC(2026, 0, 1);
  assert.deepEqual([events[0]?.timeMs, events[2]?.timeMs, events[4]?.timeMs], [first, first, first]);
  assert.ok((events[1]?.timeMs ?? 0) > first && (events[3]?.timeMs ?? 0) < 0);
});

test('reads Docker lines, also where the zone is missing', () => {
  const { events, reading } = readStream(sampleText('plaso/container-json.log'));
  assert.deepEqual(reading.formats, { 'docker-log': 10 });
  assert.equal(events[0]?.timeMs, Date.UTC(2016, 0, 7, 16, 49, 10));
  assert.deepEqual([events[9]?.timeMs, events[9]?.timeNs], [Date.UTC(2016, 0, 7, 16, 49, 10, 237), 222_729]);
});

test('knows the pieces of a long Docker line', () => {
  const piece = (log: string, stream = 'stdout'): string => JSON.stringify({ log, stream, time: '2026-01-01T00:00:00Z' });
  const { events } = readStream([piece('a'.repeat(16_384)), piece('other\n', 'stderr'), piece('b'.repeat(16_384)), piece('end\n'), piece('next\n'), piece('no newline')].join('\n'));
  const pieces = events.map((event) => (event.kind === 'log' ? event.piece : undefined));
  assert.deepEqual(pieces.map((found) => found && [found.ordinal, found.isLast, found.text.length]), [[1, false, 16_384], undefined, [2, false, 16_384], [3, true, 3], undefined, undefined]);
  assert.equal(pieces[0]?.id, pieces[3]?.id);
});

test('makes a kind of method, route and class of a request', () => {
  const { events, reading } = readStream(sampleText('opensearch-catalog/load-balancer.log'));
  assert.deepEqual(reading.formats, { 'load-balancer': 10 });
  assert.deepEqual(events[0]?.subject, { name: 'app/k8s-game2048-ingress2-56f7898e10' });
  const entry = (request: string, status: number): string => `https 2026-01-01T00:00:00.5Z app/shop/50dc6c495c0c9188 198.51.100.7:1 10.0.0.5:80 0.1 0.2 0.0 ${status} ${status} 10 20 "${request}" "curl" - -`;
  const made = readStream([
    entry('GET https://shop.example:443/orders/123456/items?token=abc HTTP/2.0', 200),
    entry('GET https://shop.example:443/orders/654321/items HTTP/2.0', 201),
    entry('GET https://shop.example:443/wp-login.php HTTP/1.1', 404),
    entry('GET https://shop.example:443/.env HTTP/1.1', 404),
    entry('POST https://shop.example:443/orders HTTP/1.1', 503),
    entry('- http://shop.example:80- -', 400),
  ].join('\n')).events;
  const kinds = made.map((event) => (event.kind === 'log' ? event.template : ''));
  assert.match(kinds[0] ?? '', /^GET \/orders\/<\*>\/items 2xx$/);
  assert.equal(kinds[1], kinds[0]);
  assert.equal(kinds[2], kinds[3]);
  assert.match(kinds[5] ?? '', /malformed request/);
  assert.deepEqual(made.map((event) => event.kind === 'log' && event.severityText), ['INFO', 'INFO', 'INFO', 'INFO', 'ERROR', 'INFO']);
});

test('reads Zeek connections as the activity of their private side, up to their end', () => {
  const { events, reading } = readStream(sampleText('otrf/conn.log'));
  assert.equal(reading.formats.zeek, 40);
  assert.equal(events.length, 32);
  assert.deepEqual(reading.unreadable.map(({ reason }) => reason), []);
  const found = events.find((event) => event.kind === 'network' && event.serverAddress === '10.0.5.13');
  assert.ok(found?.kind === 'network');
  assert.deepEqual(
    { ...found, raw: '', id: '', origin: '' },
    {
      kind: 'network', feed: 'zeek', timeMs: 1692161644750, timeNs: 619_000, id: '', hasOwnId: false, count: 1, origin: '', raw: '',
      subject: { host: '192.168.1.41', address: '192.168.1.41' }, clientAddress: '192.168.1.41', serverAddress: '10.0.5.13', serverPort: 80, protocol: 6,
      side: 'client', action: 'accept', clientSentBytes: 0, serverSentBytes: 615, packets: 5, startMs: 1692161643549,
    },
  );
});

test('knows a server by its private address', () => {
  const row = (client: string, server: string): string => JSON.stringify({ _path: 'conn', ts: 1e9, uid: 'C1', 'id.orig_h': client, 'id.orig_p': 1, 'id.resp_h': server, 'id.resp_p': 443, proto: 'tcp', conn_state: 'REJ' });
  const { events } = readStream([row('198.51.100.7', '10.0.0.5'), row('10.0.0.5', '198.51.100.7'), row('fd00::1', '2001:DB8:0::1')].join('\n'));
  assert.deepEqual(events.map((event) => event.kind === 'network' && [event.side, event.subject.address, event.action, event.serverAddress]), [
    ['server', '10.0.0.5', 'reject', '10.0.0.5'],
    ['client', '10.0.0.5', 'reject', '198.51.100.7'],
    ['client', 'fd00::1', 'reject', '2001:db8::1'],
  ]);
});

test('reads Zeek lookups, as text and as JSON', () => {
  const text = readStream(sampleText('otrf/dns.log'));
  const json = readStream(sampleText('otrf/dns.json'));
  assert.ok(text.events.length > 0 && text.events.every(({ kind }) => kind === 'dns'));
  assert.ok((text.reading.skipped['zeek dns without a question'] ?? 0) > 0);
  const [first] = json.events;
  assert.ok(first?.kind === 'dns');
  assert.deepEqual([first.queryName, first.queryType, first.responseCode, first.answers, first.subject.address], ['arc.msn.com', 'A', 'NOERROR', ['arc.msn.com.nsatc.net', '52.179.129.229'], '10.0.1.4']);
  assert.equal(readStream(sampleText('otrf/conn.json')).events.length, 12);
});

test('counts Zeek logs that are not judged', () => {
  const { reading } = readStream(sampleText('otrf/ssl.log'));
  assert.ok((reading.skipped['zeek ssl is not judged'] ?? 0) > 0);
  assert.deepEqual(reading.unreadable, []);
});

test('reads a CSV series, and names the line of a row without a number', () => {
  const sample = readStream(sampleText('nab/ec2_cpu_utilization.csv'), { name: 'cpu' });
  assert.equal(sample.events.length, 29);
  assert.deepEqual(sample.events[0]?.subject, { name: 'cpu' });
  const text = 'Label,"TimeStamp",Note,VALUE\n0,2026-01-01 00:00:00,"a, ""b""",1.5\n0,1767225660,x,-2e3\n0,1767225720000,x,"7"\n0,2026-01-01T00:03:00Z,x,NaN\n0,soon,x,1\n0,2026-01-01T00:04:00Z\n';
  const { events, reading } = readStream(text);
  assert.deepEqual(events.map((event) => event.kind === 'metrics' && [event.timeMs, event.values[0]]), [
    [Date.UTC(2026, 0, 1, 0, 0), 1.5],
    [Date.UTC(2026, 0, 1, 0, 1), -2_000],
    [Date.UTC(2026, 0, 1, 0, 2), 7],
  ]);
  assert.deepEqual(reading.unreadable.map(({ reason, count, first }) => [reason.includes('no number'), count, first.line]), [[true, 2, 5], [false, 1, 6]]);
});

test('takes a table that is no series for text', () => {
  assert.deepEqual(readStream('a,b,c\n1,2,3\n').reading.formats, { 'plain-text': 2 });
});

test('names every format once, and each value format accepts values', () => {
  assert.equal(new Set(decoders.map(({ id }) => id)).size, decoders.length);
  for (const decoder of decoders) {
    assert.match(decoder.id, /^[a-z][a-z0-9-]*$/);
    assert.match(decoder.source, /^https:\/\//);
    if (decoder.framing === 'json') assert.ok(valueDecoders.includes(decoder), decoder.id);
    else assert.ok(lineDecoders.includes(decoder), decoder.id);
  }
});

test('no decoder throws or gives a number that is none, whatever it is handed', () => {
  const keys = fc.constantFrom('log', 'stream', 'time', 'ts', 'uid', 'id.orig_h', 'id.resp_h', 'proto', 'duration', 'query', 'conn_state', 'eventID', 'eventTime', 'userIdentity', 'Type', 'Timestamp', '__proto__');
  const values = fc.oneof(fc.json().map((text) => JSON.parse(text) as never), fc.constantFrom('10.0.0.1', 'stdout', 1e9, -1, 1e300, '2026-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '\u001b[31m<script>'));
  const records = fc.array(fc.tuple(keys, values)).map((entries) => Object.fromEntries(entries) as never);
  fc.assert(
    fc.property(records, fc.string({ maxLength: 200, unit: 'binary' }), (value, text) => {
      for (const decoder of decoders) {
        const run = decoder.open({});
        const origin = { file: 'sample', line: 1 };
        decoder.recognise([{ text, origin }, { text: JSON.stringify(value), value, origin }]);
        decoder.accepts?.(value);
        for (const record of [{ text: JSON.stringify(value), value, origin }, { text, origin }, { text: text.replaceAll(' ', '\t'), origin }]) {
          const decoded = run.decode(record);
          if (!('events' in decoded)) continue;
          for (const event of decoded.events) assert.ok(Number.isSafeInteger(event.timeMs) && event.timeNs >= 0 && event.timeNs < 1e6, `${decoder.id} ${event.timeMs} ${event.timeNs}`);
        }
      }
    }),
    { numRuns: 120 },
  );
});
