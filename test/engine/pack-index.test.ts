/** The index of owners' packs finds every pack again, however many there are and whatever was let go in between. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partName } from '#contract';
import { packHash, PackIndex } from '../../src/engine/pack-index.ts';

const nameOf = (number: number, version: number): string => partName(Buffer.from(`${number} ${version}`));

/** An index with its parts in a map, written now and then and opened anew each time. */
class Kept {
  readonly parts = new Map<string, Uint8Array>();
  index = new PackIndex();

  put(pack: string, name: string): string | undefined {
    const hash = packHash(pack);
    const unread = this.index.unread(hash);
    if (unread !== undefined) this.index.read(unread, this.parts.get(unread)!);
    return this.index.put(hash, name);
  }

  find(pack: string): string | undefined {
    const hash = packHash(pack);
    const unread = this.index.unread(hash);
    if (unread !== undefined) this.index.read(unread, this.parts.get(unread)!);
    return this.index.find(hash);
  }

  write(reads: boolean): number {
    if (reads && this.index.isCrowded) for (const name of this.index.allUnread()) this.index.read(name, this.parts.get(name)!);
    const { parts, replaced } = this.index.write();
    for (const { name, bytes } of parts) this.parts.set(name, bytes);
    for (const name of replaced) this.parts.delete(name);
    return parts.length;
  }
}

test('every pack is found again as it was put last, through writing, letting go and growth', () => {
  const kept = new Kept();
  for (let number = 0; number < 40_000; number += 1) {
    assert.equal(kept.put(`owner ${number}`, nameOf(number, 0)), undefined);
    if (number % 3_000 === 2_999) {
      kept.write(true);
      kept.index.trim();
    }
  }
  kept.write(true);
  kept.index.trim();
  assert.ok(kept.index.names().length >= 64, 'the index did not grow');
  assert.ok(kept.index.allUnread().length > 0, 'nothing was let go');
  const reopened = new Kept();
  for (const [name, bytes] of kept.parts) reopened.parts.set(name, bytes);
  reopened.index = new PackIndex(kept.index.names(), kept.index.count);
  for (let number = 0; number < 40_000; number += 997) assert.equal(reopened.find(`owner ${number}`), nameOf(number, 0));
  assert.equal(reopened.put('owner 5', nameOf(5, 1)), nameOf(5, 0));
  assert.equal(reopened.write(true), 1);
  assert.equal(reopened.find('owner 5'), nameOf(5, 1));
  assert.equal(reopened.index.count, 40_000);
  assert.equal(reopened.parts.size, reopened.index.names().length);
});

test('what is not read ahead is not found, and its bucket says so', () => {
  const kept = new Kept();
  kept.put('owner', nameOf(1, 0));
  kept.write(true);
  const cold = new PackIndex(kept.index.names(), kept.index.count);
  assert.equal(cold.find(packHash('owner')), undefined);
  assert.equal(cold.unread(packHash('owner')), kept.index.names()[0]);
});
