/** Plain text, moments and pictures: the small parts of a message. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { clockTime, inReadersZone, moment, zoneName } from '../../../src/alerting/message/moment.ts';
import { pictureSvg, sparkline } from '../../../src/alerting/message/picture.ts';
import { chatSize } from '../../../src/alerting/message/picture-file.ts';
import { picturePng } from '../../../src/alerting/message/picture-png.ts';
import { plain } from '../../../src/alerting/message/plain.ts';
import { isTimeZone } from '../../../src/alerting/message/reader-options.ts';
import { messageColour, severityWord, statusWord } from '../../../src/alerting/message/severity.ts';
import { hostileStrings, linkable, neverShown } from '../hostile.ts';

describe('plain text', () => {
  test('breaks what would be a link and leaves code and private addresses readable', () => {
    const said: [string, string][] = [
      ['http://evil.com/x', 'hxxp://evil[.]com/x'],
      ['203.0.113.77:443', '203.0.113[.]77:443'],
      ['10.0.5.14 and 192.168.1.2', '10.0.5.14 and 192.168.1.2'],
      ['mail a@evil.com', 'mail a[@]evil[.]com'],
      ['shop.evil.co.jp', 'shop[.]evil[.]co[.]jp'],
      ['asked shop.evil.co.jp for it', 'asked shop.evil[.]co[.]jp for it'],
      ['java.lang.IllegalStateException at Servlet.service()', 'java.lang.IllegalStateException at Servlet.service()'],
      ['/var/lib/checkout/ledger.dat', '/var/lib/checkout/ledger.dat'],
      ['version 1.2.3 of 1.10', 'version 1.2.3 of 1.10'],
      ['evil.comこれ', 'evil[.]comこれ'],
    ];
    for (const [text, expected] of said) assert.equal(plain(text), expected);
  });

  test('says the same when said twice', () => {
    for (const text of hostileStrings(1_000).filter(({ length }) => length < 1_500)) assert.equal(plain(plain(text)), plain(text));
  });

  test('keeps its promises of 2,000 hostile strings, in time that grows with their length alone', () => {
    const started = performance.now();
    for (const text of hostileStrings(2_000)) {
      assert.doesNotMatch(plain(text), neverShown);
      assert.doesNotMatch(plain(text), linkable);
    }
    for (const long of ['a.'.repeat(100_000), '@'.repeat(100_000), 'a-'.repeat(100_000), 'token='.repeat(30_000), '-----BEGIN '.repeat(20_000), '1.1.1.'.repeat(40_000)]) assert.ok(plain(long).length <= 2_010);
    assert.ok(performance.now() - started < 8_000);
  });
});

describe('moments', () => {
  const at = Date.parse('2026-03-05T18:15:00Z');
  test('are said in the reader\'s zone with UTC beside', () => {
    assert.equal(moment(at, at, { locale: 'en', timeZone: 'Asia/Tokyo' }), 'Fri 6 Mar, 03:15 JST (18:15 UTC)');
    assert.equal(moment(at, at + 360_000, { locale: 'en', timeZone: 'Europe/Berlin' }), 'Thu 5 Mar, 19:15–19:21 CET (18:15–18:21 UTC)');
    assert.equal(moment(at, at + 360_000, { locale: 'en', timeZone: 'UTC' }), 'Thu 5 Mar, 18:15–18:21 UTC');
    assert.equal(moment(at, at + 8 * 3_600_000, { locale: 'en', timeZone: 'America/New_York' }), 'Thu 5 Mar, 13:15–21:15 EST (18:15–02:15 UTC)');
    assert.equal(moment(at, at + 86_400_000, { locale: 'en', timeZone: 'UTC' }), 'Thu 5 Mar, 18:15 – Fri 6 Mar, 18:15 UTC');
    assert.equal(moment(NaN, at, { locale: 'en', timeZone: 'UTC' }), 'at an unknown time');
  });

  test('know summer time and zones without letters', () => {
    assert.equal(zoneName(Date.parse('2026-07-01T00:00:00Z'), 'Europe/Berlin'), 'CEST');
    assert.equal(zoneName(at, 'Asia/Kathmandu'), 'UTC+5:45');
    assert.equal(clockTime(at, 'Nowhere/None'), '18:15');
    assert.ok(isTimeZone('Asia/Tokyo') && !isTimeZone('Nowhere/None') && !isTimeZone(''));
  });

  test('inside sentences are found around midnight too', () => {
    const late = Date.parse('2026-03-05T00:01:00Z');
    assert.equal(inReadersZone('before 23:59:30 UTC', late, { locale: 'en', timeZone: 'America/New_York' }), 'before 18:59:30 EST (23:59:30 UTC)');
    assert.equal(inReadersZone('since 2023-01-29 13:30 UTC', late, { locale: 'en', timeZone: 'Asia/Tokyo' }), 'since 2023-01-29 13:30 UTC');
  });
});

describe('pictures', () => {
  test('are blocks between the lowest and the highest of series and band', () => {
    assert.equal(sparkline({ points: [0, 1, 2, 3, 4, 5, 6, 7], low: 0, high: 3, unit: '' }), '▁▂▃▄▅▆▇█');
    assert.equal(sparkline({ points: [5, null, 5], low: null, high: null, unit: '' }), '▄·▄');
    assert.equal(sparkline({ points: [null], low: 0, high: 1, unit: '' }), '');
    assert.equal(sparkline({ points: [1, 8], low: null, high: null, unit: '', caption: 'last 2 min' }), '▁█ last 2 min');
  });

  test('are SVG of numbers alone, with the band and what is outside of it', () => {
    const svg = pictureSvg({ points: [1, 2, null, 40], low: 0, high: 3, unit: '"><script>' }, { widthPx: 240, heightPx: 48 });
    assert.match(svg, /^<svg [^>]*width="240"[^>]*>.*<\/svg>$/);
    assert.match(svg, /<rect [^>]*fill-opacity="0\.15"/);
    assert.equal(svg.match(/<circle/g)?.length, 1);
    assert.doesNotMatch(svg, /script|NaN|Infinity/);
    assert.doesNotMatch(pictureSvg({ points: [], low: null, high: null, unit: '' }, { widthPx: 9, heightPx: 9 }), /NaN|Infinity/);
  });
});

describe('pictures as PNG', () => {
  /** Rows of palette places, after the checks that a reader makes. */
  function pixels(png: Buffer): { width: number; height: number; at(x: number, y: number): number } {
    assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const chunks = new Map<string, Buffer>();
    for (let at = 8; at < png.length; ) {
      const length = png.readUInt32BE(at);
      const body = png.subarray(at + 4, at + 8 + length);
      assert.equal(png.readUInt32BE(at + 8 + length), crc32(body));
      chunks.set(body.toString('latin1', 0, 4), body.subarray(4));
      at += 12 + length;
    }
    assert.deepEqual([...chunks.keys()], ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
    const [width, height] = [chunks.get('IHDR')!.readUInt32BE(0), chunks.get('IHDR')!.readUInt32BE(4)];
    const rows = inflateSync(chunks.get('IDAT')!);
    assert.equal(rows.length, (width + 1) * height);
    for (let row = 0; row < height; row += 1) assert.equal(rows[row * (width + 1)], 0, 'a filter');
    assert.equal(chunks.get('PLTE')!.length, 3 * chunks.get('tRNS')!.length);
    return { width, height, at: (x, y) => rows[y * (width + 1) + 1 + x]! };
  }
  const [none, band, line, outside] = [0, 1, 2, 3];

  test('show the series over its band, what is outside of it marked', () => {
    const image = pixels(picturePng({ points: [10, 10, 10, 100], low: 0, high: 50, unit: '' }, { widthPx: 200, heightPx: 60 }));
    assert.deepEqual([image.width, image.height], [200, 60]);
    const colours = (x: number): Set<number> => new Set(Array.from({ length: 60 }, (_, y) => image.at(x, y)));
    assert.deepEqual(colours(60), new Set([none, band, line]));
    assert.ok(colours(194).has(outside!));
    assert.equal(image.at(60, 2), none);
  });

  test('have a ground of their own, which nothing shows through and nothing leaves, where they become photographs', () => {
    const dark = picturePng({ points: [10, 10, 10, 100], low: 0, high: 50, unit: '' }, { widthPx: 200, heightPx: 100 }, 'dark');
    const opacities = dark.subarray(dark.indexOf('tRNS') + 4, dark.indexOf('tRNS') + 8);
    assert.deepEqual([...opacities], [255, 255, 255, 255]);
    const image = pixels(dark);
    for (const [x, y] of [[0, 0], [199, 0], [199, 99], [0, 99], [199, 20]] as const) assert.equal(image.at(x, y), none);
  });

  test('are under 20 KB at the size of chats, however restless', () => {
    let seed = 7;
    const noise = (): number => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0);
    const picture = { points: Array.from({ length: 60 }, noise), low: 1_000_000_000, high: 3_000_000_000, unit: '' };
    for (const ground of ['none', 'dark'] as const) {
      const { length } = picturePng(picture, chatSize, ground);
      assert.ok(length < 20_000, `${length} bytes`);
    }
  });

  test('are small, the same each time, and made of any values', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }))), fc.option(fc.double({ noNaN: true, min: -1e15, max: 1e15 })), fc.option(fc.double({ noNaN: true, min: -1e15, max: 1e15 })), (points, low, high) => {
        const png = picturePng({ points, low, high, unit: '' }, { widthPx: 120, heightPx: 30 });
        assert.deepEqual(picturePng({ points, low, high, unit: '' }, { widthPx: 120, heightPx: 30 }), png);
        pixels(png);
        assert.ok(png.length < 3_000);
      }),
      { numRuns: 60 },
    );
  });
});

describe('severities', () => {
  test('have a word and a colour, and say when they are over', () => {
    assert.equal(severityWord('high', 'ja'), '高');
    assert.equal(statusWord({ severity: 'high', status: 'resolved' }, 'en'), 'high, resolved');
    assert.equal(messageColour({ severity: 'critical', status: 'firing' }), '#b3261e');
    assert.notEqual(messageColour({ severity: 'critical', status: 'resolved' }), '#b3261e');
  });
});
