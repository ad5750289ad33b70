/** What every decoder is held to, and how its events are checked. */
import assert from 'node:assert/strict';
import { rawLimit, type FargazerEvent, type JsonObject, type JsonValue } from '#contract';

const subjectFields = new Set([
  'account', 'region', 'cluster', 'service', 'family', 'revision', 'task', 'container', 'networkInterface', 'address',
  'principal', 'session', 'namespace', 'workload', 'pod', 'host', 'name',
]);

/** Fails, in words, where an event is not as the contract has it. */
export function assertWellFormed(event: FargazerEvent): void {
  assert.ok(Number.isSafeInteger(event.timeMs), `timeMs is ${event.timeMs}`);
  assert.ok(Number.isInteger(event.timeNs) && event.timeNs >= 0 && event.timeNs <= 999_999, `timeNs is ${event.timeNs}`);
  assert.ok(typeof event.id === 'string' && event.id !== '' && event.id.length <= 4_096, `id is ${event.id}`);
  assert.equal(typeof event.hasOwnId, 'boolean');
  // Only what somebody summed up before stands for more than one.
  assert.ok(Number.isSafeInteger(event.count) && (event.count === 1 || (event.count > 1 && event.raw.startsWith('{"fargazer"'))), `count is ${event.count}`);
  assert.ok(typeof event.raw === 'string' && event.raw.length <= rawLimit, `raw has ${event.raw.length} characters`);
  assert.equal(typeof event.origin.file, 'string');
  for (const [name, value] of Object.entries(event.subject)) {
    assert.ok(subjectFields.has(name), `a subject has no ${name}`);
    assert.ok(typeof value === 'string' && value !== '' && value.length <= 4_096, `the subject's ${name} is ${JSON.stringify(value)}`);
  }
  if (event.kind === 'log') {
    assert.ok(event.templateId !== '' && event.template.length <= 400, `template has ${event.template.length} characters`);
    if (event.severityText !== undefined) assert.match(event.severityText, /^[A-Z]{1,20}$/);
  }
  if (event.kind === 'network') {
    assert.ok(Number.isInteger(event.serverPort) && event.serverPort >= 0 && event.serverPort <= 65_535, `port ${event.serverPort}`);
    assert.ok(event.clientSentBytes >= 0 && event.serverSentBytes >= 0 && event.packets >= 0);
    assert.ok(event.startMs <= event.timeMs, 'a flow begins before it ends');
  }
  if (event.kind === 'dns') assert.ok(event.answers.length <= 32 && event.queryName === event.queryName.toLowerCase());
  const { raw: _, ...rest } = event;
  assert.ok(JSON.stringify(rest).length < 1_000_000, 'an event is bounded');
  assertPlain(rest as unknown as JsonValue, event.kind, 0);
}

/** Plain JSON throughout: finite numbers, no class, no undefined within a list. */
function assertPlain(value: JsonValue | undefined, path: string, depth: number): void {
  assert.ok(depth < 40, `${path} is nested too deeply`);
  if (typeof value === 'number') assert.ok(Number.isFinite(value), `${path} is ${value}`);
  else if (Array.isArray(value)) value.forEach((inner, at) => assertPlain(inner, `${path}[${at}]`, depth + 1));
  else if (typeof value === 'object' && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value);
    assert.ok(prototype === null || prototype === Object.prototype, `${path} is no plain object`);
    for (const [key, inner] of Object.entries(value as JsonObject)) assertPlain(inner, `${path}.${key}`, depth + 1);
  } else assert.ok(value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean', `${path} is a ${typeof value}`);
}

/** What of an event people are shown, as one text. */
export function shownOf(event: FargazerEvent): string {
  const { raw } = event;
  if (event.kind === 'log') return [raw, event.template, event.piece?.text].join('\n');
  return event.kind === 'api' ? [raw, JSON.stringify(event.request), JSON.stringify(event.response)].join('\n') : raw;
}
