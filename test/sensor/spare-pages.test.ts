/** Which pages are given back: those of files alone, as they are in the file. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openNative } from '../../src/sensor/native/index.ts';
import { sparePages, sparePagesIn } from '../../src/sensor/native/spare-pages.ts';

const block = (head: string, rssKb: number, anonymousKb: number): string => `${head}\nSize: 100 kB\nRss:                ${rssKb} kB\nAnonymous:            ${anonymousKb} kB\nVmFlags: rd ex mr mw me\n`;

test('pages of files that nobody wrote to, and nothing that cannot be read again', () => {
  const smaps = [
    block('00400000-00500000 r-xp 00000000 08:01 77   /usr/bin/node', 900, 0),
    block('00500000-00600000 r--p 00100000 08:01 77   /usr/bin/node with blanks', 16, 0),
    block('00600000-00601000 r--p 00200000 08:01 77   /usr/bin/node', 4, 4),
    block('00700000-00701000 rw-p 00200000 08:01 77   /usr/bin/node', 4, 0),
    block('00800000-00801000 r--p 00000000 00:00 0 ', 4, 0),
    block('00900000-00901000 r--s 00000000 08:01 78   /shared', 4, 0),
    block('00a00000-00a01000 r-xp 00000000 08:01 79   /never/touched', 0, 0),
    block('7ffd0000-7ffd2000 r-xp 00000000 00:00 0     [vdso]', 8, 0),
  ].join('');

  const found = sparePagesIn(smaps);

  assert.deepEqual(found, [{ from: 0x400000, bytes: 0x100000 }, { from: 0x500000, bytes: 0x100000 }]);
});

test('are gone from memory when they were given back, and all goes on', { skip: openNative() === undefined ? 'the foreign-function library is missing' : false }, () => {
  const native = openNative()!;
  const residentKb = (): number => Number(/^RssFile:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]);
  const pages = sparePages(native, 0)!;
  const beforeKb = residentKb();

  pages.look(15_000);
  const afterKb = residentKb();

  native.close();
  assert.ok(afterKb < beforeKb / 2, `${beforeKb} kB before, ${afterKb} kB after`);
});
