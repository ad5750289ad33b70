/** Replay equals live: every story gives its expected alerts byte for byte, in any file order, by any number of workers, and split anywhere. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Alert } from '#contract';
import { fargazer, stories } from './support/stories.ts';
import { seeded } from './support/flood.ts';

function alertsIn(text: string): Alert[] {
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Alert);
}

async function replay(files: readonly string[], options: readonly string[]): Promise<string> {
  const { out, messages, status } = await fargazer('replay', ...files, '--output', 'jsonl', ...options);
  assert.equal(status, 0, messages);
  return out;
}

for (const story of stories()) {
  describe(`story ${story.name}`, () => {
    it('gives the alerts it is known for', async () => {
      assert.equal(await replay(story.files, story.options), story.expected);
    });

    it('gives the same bytes whatever the order of the files', async () => {
      const random = seeded(7);
      const shuffled = story.files.map((file) => ({ file, place: random() })).sort((left, right) => left.place - right.place).map(({ file }) => file);
      assert.equal(await replay(shuffled, story.options), story.expected);
      assert.equal(await replay([...story.files].reverse(), story.options), story.expected);
    });

    for (const workers of [2, 7]) {
      it(`gives the same bytes with ${workers} workers`, async () => {
        assert.equal(await replay(story.files, [...story.options, '--workers', String(workers)]), story.expected);
      });
    }

    it('gives the same alerts when the run is split with saved state', async () => {
      const whole = alertsIn(story.expected);
      const { fromMs, toMs } = await spanOf(story.files);
      for (const share of [0.31, 0.5, 0.77]) {
        const at = new Date(Math.round(fromMs + share * (toMs - fromMs))).toISOString();
        const state = mkdtempSync(join(tmpdir(), 'fargazer-story-'));
        try {
          const before = alertsIn(await replay(story.files, [...story.options, '--to', at, '--state', state]));
          const again = alertsIn(await replay(story.files, [...withoutTeaching(story.options), '--to', at, '--state', state]));
          const after = alertsIn(await replay(story.files, [...withoutTeaching(story.options), '--from', at, '--state', state]));
          assert.deepEqual(again, [], 'the same half twice gives nothing twice');
          const ids = new Set([...before, ...after].map(({ id }) => id));
          assert.deepEqual([...ids].sort(), whole.map(({ id }) => id).sort(), `split at ${at}`);
        } finally {
          rmSync(state, { recursive: true });
        }
      }
    });
  });
}

async function spanOf(files: readonly string[]): Promise<{ fromMs: number; toMs: number }> {
  const { program } = await import('../src/entry/compose.ts');
  const { span } = await program.inspect({ paths: [...files], signal: new AbortController().signal });
  return span!;
}

/** The end of the teaching is part of the state. */
function withoutTeaching(options: readonly string[]): string[] {
  const at = options.indexOf('--learn-for');
  return at < 0 ? [...options] : options.filter((_, index) => index !== at && index !== at + 1);
}
