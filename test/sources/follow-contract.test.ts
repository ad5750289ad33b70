/** Files that grow, and standard input, pass the contract of live sources. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { LiveRecord } from '#contract';
import { follow } from '../../src/sources/file/follow.ts';
import { stdin } from '../../src/sources/stdin/live.ts';
import { contentOf, liveContract } from './live-contract.ts';

const texts = async (record: LiveRecord): Promise<string[]> => (await contentOf(record)).toString().split('\n').filter((text) => text !== '');

liveContract({
  name: 'file',
  async open(context) {
    const folder = mkdtempSync(join(tmpdir(), 'fargazer-follow-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    let turn = 0;
    return {
      source: () => follow({ path: join(folder, '*.log'), pollMs: 10 }),
      async put(all) {
        for (const text of all) appendFileSync(join(folder, `${'abc'[turn++ % 3]}.log`), `${text}\n`);
      },
      texts,
    };
  },
});

liveContract({
  name: 'stdin',
  async open() {
    // The same input for each source, as a redirected file is for each start.
    let whole = '';
    const open = new Set<PassThrough>();
    return {
      source() {
        const input = new PassThrough();
        if (whole !== '') input.write(whole);
        open.add(input);
        const source = stdin({ input });
        return { ...source, close: async () => void open.delete(input.destroy()) };
      },
      async put(all) {
        for (const text of all) {
          whole += `${text}\n`;
          for (const input of open) input.write(`${text}\n`);
        }
      },
      texts,
    };
  },
});
