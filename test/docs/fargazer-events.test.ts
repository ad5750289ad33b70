/** The page on the published format names what the decoder reads, no more and no less, and its examples are events. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { publishedKinds, type JsonObject, type JsonValue, type RawRecord } from '#contract';
import { fargazerEvents } from '../../src/decode/fargazer-events.ts';

const home = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(home, 'docs', 'fargazer-events.md'), 'utf8');
const samples = readFileSync(join(home, 'test/decode/samples/fargazer-events/events.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as JsonObject);

/** Sections by their titles. */
const sections = new Map(page.split(/^## /m).slice(1).map((section) => [/^`?([^`\n]+)`?/.exec(section)?.[1] ?? '', section]));
const fieldsOf = (section: string): string[] => [...(sections.get(section) ?? '').matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name);

const decode = (value: JsonValue) => {
  const text = JSON.stringify(value);
  const record: RawRecord = { text, value, origin: { file: 'page', line: 1 } } as unknown as RawRecord;
  return fargazerEvents.accepts!(value) ? fargazerEvents.open({} as never).decode(record) : { unreadable: 'another format' };
};

/** The event, and the names of all fields that were asked for, with dots where they lie deeper. */
function readWatched(event: JsonObject): { names: Set<string>; isEvent: boolean } {
  const names = new Set<string>();
  const watched = (value: JsonValue, path: string): JsonValue =>
    typeof value !== 'object' || value === null || Array.isArray(value) ? (Array.isArray(value) ? value.map((item) => watched(item, path)) : value)
      : new Proxy(value, {
          get(target, name) {
            if (typeof name !== 'string') return Reflect.get(target, name);
            names.add(path === '' ? name : `${path}.${name}`);
            const inner = target[name];
            return inner === undefined ? undefined : watched(inner, path === '' ? name : `${path}.${name}`);
          },
        });
  // JSON of it is taken from the plain value: printing reads every field.
  const value = watched(event, '');
  const record = { text: JSON.stringify(event), value, origin: { file: 'page', line: 1 } } as unknown as RawRecord;
  const isOurs = fargazerEvents.accepts!(value);
  return { names, isEvent: isOurs && 'events' in fargazerEvents.open({} as never).decode(record) };
}

describe('docs/fargazer-events.md', () => {
  for (const kind of publishedKinds) {
    test(`names every field that is read of a ${kind} event, and none that is not`, () => {
      const events = samples.filter((event) => event['kind'] === kind);
      assert.ok(events.length > 0);
      const read = new Set<string>();
      for (const event of events) {
        const { names, isEvent } = readWatched(event);
        assert.ok(isEvent, JSON.stringify(event));
        for (const name of names) read.add(name);
      }
      const named = new Set([...fieldsOf('Shared fields'), ...fieldsOf(kind)]);
      const top = [...read].filter((name) => !name.includes('.'));
      assert.deepEqual(top.filter((name) => !named.has(name)), [], 'read, and not on the page');
      assert.deepEqual([...named].filter((name) => !read.has(name)), [], 'on the page, and not read');
      for (const name of read) {
        const inner = name.split('.')[1];
        if (inner !== undefined) assert.ok(page.includes(`\`${inner}\``), `${name} is not on the page`);
      }
    });

    test(`shows a ${kind} event that the decoder reads`, () => {
      const line = /```json\n(.+)\n```/.exec(sections.get(kind) ?? '')?.[1] ?? '';
      const decoded = decode(JSON.parse(line) as JsonValue);
      assert.equal('events' in decoded && decoded.events[0]?.kind, kind);
      assert.ok(samples.some((event) => JSON.stringify(event) === line), 'the example is none of the samples');
    });

    test(`marks as needed what a ${kind} event cannot be without`, () => {
      const event = samples.find((one) => one['kind'] === kind)!;
      for (const section of ['Shared fields', kind]) {
        for (const [, name = '', rest = ''] of (sections.get(section) ?? '').matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)) {
          const { [name]: _left, ...without } = event;
          assert.equal('events' in decode(without as JsonObject), !rest.includes('needed'), `${name}: ${rest}`);
        }
      }
    });
  }
});
