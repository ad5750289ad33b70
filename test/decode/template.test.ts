/** Kinds of lines: pure, the same by shape as anew, and what they make of real lines. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isContinuation } from '../../src/decode/continuation.ts';
import { readLogText } from '../../src/decode/log-text.ts';
import { lineKind, lineTemplate, makeKind } from '../../src/decode/template.ts';
import { withoutColours } from '../../src/decode/template-mask.ts';

const template = (line: string): string => lineTemplate(line).template;

describe('line template', () => {
  it('masks numbers, identifiers, addresses and times, and keeps the words', () => {
    const lines: [string, string][] = [
      ['payment 12 ok for user123', 'payment <*> ok for <*>'],
      ['2026-01-02T03:04:05.123Z INFO order 3f2b8c1e-12ab-4cde-a123-0123456789ab done', 'INFO order <*> done'],
      ['2026-01-02 03:04:05,123 ERROR [main] c.e.Foo: boom at 10.0.0.1:80', 'ERROR [main] c.e.Foo: boom at <*>:<*>'],
      ['Jan  2 15:04:05 host sshd[12]: Failed password for root from 192.0.2.4 port 22 ssh2', 'host sshd[<*>]: Failed password for root from <*> port <*> <*>'],
      ['192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a/1 HTTP/1.1" 200 12', '<*> - - [<*> <*>] "GET /a/<*> HTTP/<*>" <*> <*>'],
      ['mac aa:bb:cc:0d:ee:ff up', 'mac <*> up'],
      ['ids 1, 2, 3 and 4', 'ids <*> and <*>'],
      ['\u001b[31mERROR\u001b[0m disk 9 full', 'ERROR disk <*> full'],
    ];
    for (const [line, expected] of lines) assert.equal(template(line), expected);
  });

  it('tells JSON lines by level, message, error and keys alone', () => {
    const one = JSON.stringify({ level: 'error', msg: 'payment failed for 17', orderId: 'x1', user: 'bob' });
    const two = JSON.stringify({ user: 'alice', orderId: 'zz', msg: 'payment failed for 9', level: 'ERROR' });

    assert.equal(template(one), 'ERROR payment failed for <*> {level,msg,orderId,user}');
    assert.equal(lineTemplate(one).templateId, lineTemplate(two).templateId);
    assert.notEqual(lineTemplate(one).templateId, lineTemplate(one.replace('"user"', '"actor"')).templateId);
    assert.equal(template('{"level":30,"msg":"a","err":{"type":"TypeError","stack":"x"}}'), 'INFO a error=TypeError {err,level,msg}');
  });

  it('holds no secret and at most 400 characters', () => {
    assert.equal(template('login password=hunter ok'), 'login password=<*> ok');
    assert.ok(!template(`token: ${'abcdef'.repeat(9)}`).includes('abcdef'));
    assert.ok(template('word '.repeat(1_000)).length <= 400);
  });

  it('is the same by shape as made anew, for any text and any JSON', () => {
    const piece = fc.constantFrom('a', 'Z', '1', ' ', '\t', '\n', '"', '\\', '/', '{', '}', '[', ':', ',', '.', 'é', '\ud800', '\u0001', '\u007f', '\u001b[1m', 'I0102 ', 'E0304 ', 'ERROR', '{"msg":"', '"level":30', '"level":"warn"', '<*>', '\f', '\b', '\u00a0');
    const anyText = fc.oneof(fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')), fc.json({ maxDepth: 4 }), fc.string({ unit: 'binary', maxLength: 60 }));
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(9), (text, where, digit) => {
        assert.deepEqual({ ...lineKind(text) }, makeKind(withoutColours(text)));
        // A neighbour that differs in one digit comes to the remembered shape, or must not.
        const other = text.slice(0, where % (text.length + 1)) + digit + text.slice(where % (text.length + 1));
        assert.deepEqual({ ...lineKind(other) }, makeKind(withoutColours(other)));
      }),
      { numRuns: 1_500 },
    );
  });

  it('ends on hostile lines without slowing down', () => {
    const hostile = ['a'.repeat(1e6), '1'.repeat(1e6), '['.repeat(200_000), '{"a":'.repeat(100_000), ' '.repeat(1e6), ':1'.repeat(5e5), '\u001b['.repeat(3e5), '1, '.repeat(3e5), '"\\'.repeat(3e5), 'a.'.repeat(3e5), `{"msg":"${'a1:'.repeat(2e4)}"}`];
    const started = performance.now();
    for (const line of hostile) readLogText(line);
    // Eleven megabyte lines take some 100 ms; anything quadratic takes minutes.
    assert.ok(performance.now() - started < 10_000);
  });
});

describe('log text', () => {
  it('finds the level in text and in JSON', () => {
    const lines: [string, string | undefined][] = [
      ['WARN disk', 'WARN'], ['[error] 12#0: open failed', 'ERROR'], ['level=warn msg="x"', 'WARN'], ['E0102 15:04:05.000000 1 main.go:12] oops', 'ERROR'],
      ['I0102 15:04:05.000000 1 main.go:12] fine', 'INFO'], ['INFO:root:hello', 'INFO'], ['{"severity":"CRITICAL","message":"x"}', 'FATAL'], ['{"level":50,"msg":"x"}', 'ERROR'],
      ['[2026-01-02 03:04:05 +0000] [7] [INFO] Booting worker', 'INFO'], ['the error rate is fine', undefined], ['no errors found', undefined], ['GET /info HTTP/1.1', undefined],
    ];
    for (const [line, level] of lines) assert.equal(readLogText(line).severityText, level, line);
  });

  it('reads the time in front of a line or in its JSON', () => {
    const at = Date.UTC(2026, 0, 2, 3, 4, 5);
    const lines: [string, number | undefined][] = [
      ['2026-01-02T03:04:05Z x', at], ['2026-01-02 03:04:05,250 x', at + 250], ['[2026-01-02 05:04:05.5 +0200] x', at + 500], ['2026/01/02 03:04:05 x', at],
      ['192.0.2.1 - - [02/Jan/2026:03:04:05 +0000] "GET /"', at], ['I0102 03:04:05.000000 1 x', undefined], ['{"ts":1767323045,"msg":"x"}', at], ['{"time":1767323045000}', at],
      ['{"@timestamp":"2026-01-02T03:04:05.000Z"}', at], ['2026-13-45T03:04:05Z x', undefined], ['no time', undefined],
    ];
    for (const [line, timeMs] of lines) assert.equal(readLogText(line).timeMs, timeMs, line);
    assert.equal(readLogText('2026-01-02T03:04:05.123456789Z x').timeNs, 456_789);
  });
});

describe('continuation', () => {
  it('knows frames of stack traces and indented lines', () => {
    const frames = ['\tat com.example.Foo.bar(Foo.java:12)', '    at fn (/a/b.js:12:3)', 'at fn (/a/b.js:12:3)', '... 12 more', '  File "/a.py", line 3, in f', '    return x', 'goroutine 1 [running]:', 'main.main()', 'net/http.(*conn).serve(0xc000, {0x1, 0x2})', '\t/src/main.go:12 +0x1d', '   at Foo.Bar() in /src/x.cs:line 12', "app.rb:12:in 'call'", "\tfrom app.rb:12:in 'call'", '', '   ', '}', ')]', 'created by main.start in goroutine 1'];
    for (const line of frames) assert.ok(isContinuation(line), line);
  });

  it('takes heads of traces and ordinary lines for lines of their own', () => {
    const heads = ['Caused by: java.lang.X: y', 'Traceback (most recent call last):', 'java.lang.IllegalStateException: no', 'ValueError: x', 'INFO started', 'at least one replica is down', 'panic: runtime error', '{"level":"info"}', 'done', 'call(me)'];
    for (const line of heads) assert.ok(!isContinuation(line), line);
  });
});
