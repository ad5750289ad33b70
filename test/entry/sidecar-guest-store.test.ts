/** The state of a sidecar on a disk that others fill: kept in memory, told of, and written once there is room. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import { FargazerError, partOfBytes, type Store } from '#contract';
import { withGuestState } from '../../src/entry/program/sidecar/guest-state.ts';
import { guestStore } from '../../src/entry/program/sidecar/guest-store.ts';
import { embeddedStore } from '../../src/stores/embedded/index.ts';
import { memoryStore } from '../../src/stores/memory/index.ts';
import { temporaryFolder } from '../stores/benches.ts';
import { storeSuite } from '../stores/store-contract.ts';
import { leapingClock } from '../support/fast-clock.ts';

/** Takes nothing while it is full, as SQLite does. */
function disk(): Store & { isFull: boolean; tries: number } {
  const store = memoryStore();
  const full = (): void => {
    made.tries += 1;
    if (made.isFull) throw new FargazerError('state-write-failed', '/state: the state could not be written (database or disk is full).', { cause: new Error('full') });
  };
  const made = {
    ...store, isFull: false, tries: 0,
    commit: async (step: Parameters<Store['commit']>[0]) => (full(), store.commit(step)),
    remove: async (key: string, expected: string) => (full(), store.remove(key, expected)),
  };
  return made;
}

for (const isFull of [false, true]) {
  storeSuite({
    name: `a guest's state, the disk ${isFull ? 'full' : 'well'}`,
    async make() {
      const clock = leapingClock();
      const below = isFull ? disk() : memoryStore(clock);
      if ('isFull' in below) below.isFull = true;
      const store = guestStore(below, { clock, tell: () => undefined });
      return { store, another: () => store, clock };
    },
  });
}

const part = (text: string) => partOfBytes(Buffer.from(text));

describe('a disk that fills up', () => {
  function setUp() {
    const below = disk();
    const clock = leapingClock();
    const told: string[] = [];
    const store = guestStore(below, { clock, tell: (state, detail) => told.push(`${state}: ${detail}`) });
    return { below, clock, told, store };
  }

  test('costs no step; when there is room all of it is written, and what was replaced meanwhile never', async () => {
    const { below, clock, told, store } = setUp();
    const first = await store.commit({ key: 'walk', value: 1, expected: undefined, parts: [part('a'), part('b')] });
    below.isFull = true;
    const second = await store.commit({ key: 'walk', value: 2, expected: first, parts: [part('c')], replaced: [part('a').name] });
    const third = await store.commit({ key: 'walk', value: 3, expected: second, parts: [part('d')], replaced: [part('c').name] });
    assert.equal(await store.commit({ key: 'walk', value: 9, expected: second }), undefined, 'it is no longer of that version');
    assert.equal((await below.item('walk'))?.value, 1);
    assert.equal((await store.item('walk'))?.value, 3);
    assert.deepEqual(told, ['silent: what is learned here is kept in memory alone, and lost when the sidecar ends: /state: the state could not be written (database or disk is full).']);

    below.isFull = false;
    clock.advance(10_000);
    assert.ok(await store.commit({ key: 'walk', value: 4, expected: third, parts: [part('e')] }));
    assert.equal((await below.item('walk'))?.value, 4);
    const there = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(async (text) => (await below.part(part(text).name)) !== undefined));
    assert.deepEqual(there, [false, true, false, true, true]);
    assert.match(told[1] ?? '', /^working: what is learned here is written to the disk again/);
    assert.equal(told.length, 2);
  });

  test('is tried every few seconds, not at every step', async () => {
    const { below, clock, store } = setUp();
    below.isFull = true;
    let version: string | undefined;
    for (let step = 0; step < 100; step += 1) {
      version = await store.commit({ key: 'walk', value: step, expected: version });
      assert.ok(version !== undefined);
      clock.advance(100);
    }
    assert.ok(below.tries <= 4, `${below.tries} tries in ten seconds`);
  });

  test('what was removed meanwhile is removed there too, and the end writes what is left', async () => {
    const { below, store } = setUp();
    const one = await store.commit({ key: 'letters/1', value: 1, expected: undefined });
    below.isFull = true;
    assert.equal(await store.remove('letters/1', one!), true);
    await store.commit({ key: 'letters/2', value: 2, expected: undefined });
    assert.deepEqual((await store.items('letters/')).map(({ key }) => key), ['letters/2']);
    below.isFull = false;
    await store.close();
    assert.deepEqual((await below.items('letters/')).map(({ key }) => key), ['letters/2']);
  });

  test('a step that no store takes is refused as ever', async () => {
    const { told, store } = setUp();
    await assert.rejects(store.commit({ key: 'walk', value: 'x'.repeat(400_000), expected: undefined }), { code: 'state-write-failed' });
    assert.deepEqual(told, []);
  });
});

describe('a folder', () => {
  const told: string[] = [];
  const settings = { clock: leapingClock(), tell: (state: string, detail: string) => void told.push(`${state}: ${detail}`) };
  const inMemory = memoryStore().place;
  beforeEach(() => void (told.length = 0));

  test('in which nothing can be made is told of, and memory does', async (context) => {
    const folder = temporaryFolder(context);
    writeFileSync(join(folder, 'file'), '');
    await withGuestState(join(folder, 'file', 'state'), settings, async ({ place }) => assert.equal(place, inMemory));
    assert.match(told.join(), /^silent: what is learned here is kept in memory alone.*cannot be made/);
  });

  test('whose state is damaged is told of, left as it was, and memory does, whenever the damage is met', async (context) => {
    const folder = temporaryFolder(context);
    const places: string[] = [];
    await withGuestState(folder, settings, async ({ place, close }) => {
      places.push(place);
      await close();
      if (places.length === 1) throw new FargazerError('state-damaged', 'A part of it is damaged.');
    });
    assert.deepEqual(places, [folder, inMemory]);
    writeFileSync(join(folder, 'state.sqlite'), 'nothing of ours, and long enough to be looked at'.repeat(4));
    await withGuestState(folder, settings, async ({ place }) => assert.equal(place, inMemory));
    assert.equal(told.length, 2);
    assert.match(readFileSync(join(folder, 'state.sqlite'), 'utf8'), /^nothing of ours/);
  });

  test('on which another works is refused, and so is what fails otherwise', async (context) => {
    const folder = temporaryFolder(context);
    const holder = embeddedStore(folder);
    context.after(() => holder.close());
    await assert.rejects(withGuestState(folder, settings, async () => undefined), { code: 'state-locked' });
    await assert.rejects(withGuestState(temporaryFolder(context), settings, () => Promise.reject(new FargazerError('state-newer', 'newer'))), { code: 'state-newer' });
    assert.deepEqual(told, []);
  });
});
