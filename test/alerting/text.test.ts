/** Text for people. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clip, defang, duration, number, quantity, range, sanitize } from '../../src/alerting/text.ts';

describe('sanitize', () => {
  test('shows control characters, and keeps text on its line', () => {
    assert.equal(sanitize('a\u001b[31mb'), 'a␛[31mb');
    assert.equal(sanitize('a\u0000\u007f'), 'a␀␡');
    assert.equal(sanitize('one\r\n\ttwo\u2028three\u0085four'), 'one two three four');
  });

  test('replaces what reorders, hides or shows nothing', () => {
    for (const code of [0x9b, 0x9d, 0xad, 0x61c, 0x200b, 0x200d, 0x200e, 0x202e, 0x2066, 0x2069, 0x2060, 0xfeff, 0x3164, 0xd800, 0xdfff, 0xfffe, 0xe0041]) {
      assert.equal(sanitize(`a${String.fromCodePoint(code)}b`), 'a\ufffdb', code.toString(16));
    }
  });

  test('leaves languages and emoji as they are', () => {
    for (const text of ['checkout が初めての宛先に 41 MB を送信しました', 'naïve Ünïcode', 'नमस्ते', 'สวัสดี', 'ok ✅ ⚠️', '<b>&amp;</b>']) assert.equal(sanitize(text), text);
  });

  test('takes piled-up marks down to three', () => {
    assert.equal(sanitize(`a${'\u0301'.repeat(400)}b`), 'a\u0301\u0301\u0301b');
  });

  test('gives one visible line for any input, and changes nothing a second time', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const clean = sanitize(text);
      assert.doesNotMatch(clean, /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u);
      assert.equal(sanitize(clean), clean);
    }));
  });
});

test('clip cuts between code points and says so', () => {
  assert.equal(clip('checkout', 8), 'checkout');
  assert.equal(clip('checkout', 5), 'chec…');
  assert.equal(clip('😀😀😀', 2), '😀…');
  assert.equal(clip('😀😀', 2), '😀😀');
});

test('quantity says three digits, SI units, and rates with their time', () => {
  const said: [number, string, string][] = [
    [41_022_110, 'bytes/min', '41 MB a minute'], [3_100_000, 'bytes', '3.1 MB'], [999, 'bytes', '999 B'], [999_700, 'bytes', '1 MB'], [1_000, 'bytes', '1 kB'],
    [0.94, 'ratio', '94 %'], [12.345, 'percent', '12.3 %'], [1_448, 'count', '1,448'], [1_448.4, '1', '1,450'], [1_234_567, 'count', '1.23 million'],
    [240, 'lines/min', '240 lines a minute'], [0.0123, 'count/s', '0.0123 a second'], [2_400, 'seconds', '40 min'], [512, 'cpu-units', '512 CPU units'],
    [7, 'calls', '7 calls'], [-1_500, 'bytes', '-1.5 kB'], [0, 'bytes', '0 B'], [Number.NaN, 'bytes', 'unknown'], [Infinity, 'ratio', 'unknown'], [3, 'x\u001b[2J', '3 x␛[2J'],
  ];
  for (const [value, unit, text] of said) assert.equal(quantity(value, unit), text);
  assert.equal(number(999_999), '999,999');
  assert.equal(number(1e-9), 'under 0.000001');
});

test('range says the unit once', () => {
  assert.equal(range(200_000, 3_100_000, 'bytes/min'), '200 kB to 3.1 MB a minute');
  assert.equal(range(1_200_000, 3_100_000, 'bytes/min'), '1.2 to 3.1 MB a minute');
  assert.equal(range(0.1, 0.3, 'ratio'), '10 to 30 %');
  assert.equal(range(5, 5, 'count'), '5');
});

test('quantity stays finite and free of exponents up to a trillion', () => {
  fc.assert(fc.property(fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.constantFrom('bytes', 'ratio', 'count', 'bytes/min', '1'), (value, unit) => {
    assert.match(quantity(value, unit), /^(under )?-?[\d,]+(\.\d+)?( [A-Za-z%]+)?( a minute)?$/);
  }));
});

test('duration is said as people say it', () => {
  const said: [number, string][] = [
    [840, '840 ms'], [0, '0 s'], [90_000, '90 s'], [2_400_000, '40 min'], [119.4 * 60_000, '119 min'], [2.5 * 3_600_000, '2.5 hours'], [26 * 3_600_000, '26 hours'],
    [3 * 86_400_000, '3 days'], [729 * 86_400_000, '729 days'], [1_461 * 86_400_000, '4 years'], [-1, 'unknown'], [Number.NaN, 'unknown'],
  ];
  for (const [ms, text] of said) assert.equal(duration(ms), text);
});

test('defang leaves nothing that a program turns into a link', () => {
  assert.equal(defang('203.0.113.77:443'), '203.0.113[.]77:443');
  assert.equal(defang('evil.example.com'), 'evil[.]example[.]com');
  assert.equal(defang('a.co.uk:8443'), 'a[.]co[.]uk:8443');
  assert.equal(defang('see https://evil.example/x at 10.0.0.1, 10.0.0.1/24'), 'see hxxps://evil.example/x at 10.0.0[.]1, 10.0.0[.]1/24');
  assert.equal(defang('2001:db8::1'), '2001:db8::1');
  assert.equal(defang('version 1.2.3 of app.js'), 'version 1.2.3 of app.js');
  for (const text of ['203.0.113.77:443', 'evil.example.com', 'https://10.0.0.1/']) assert.equal(defang(defang(text)), defang(text));
});
