/** What receivers say of their own coverage: the same event in the walk, whether it is judged in the task or shipped out of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { CoverageEvent, LiveSource } from '#contract';
import { defaultConfig } from '../../src/config/index.ts';
import { oneLane } from '../../src/entry/program/live/one-lane.ts';
import { ship } from '../../src/entry/program/sidecar/shipper.ts';
import { sidecarParts, type SidecarParts } from '../../src/entry/sidecar-parts.ts';
import { sidecarPlugins } from '../../src/entry/sidecar-plugins.ts';
import type { Receiver } from '../../src/sources/firelens/index.ts';
import { eventsOf } from '../support/run-case.ts';

/** A sidecar's lane whose log router speaks another protocol, before an empty /proc. */
async function refusing(context: TestContext): Promise<{ lane: LiveSource; parts: SidecarParts }> {
  const before = { ...process.env };
  Object.assign(process.env, { FARGAZER_SERVICE: 'checkout', ECS_CONTAINER_METADATA_URI_V4: '' });
  context.after(() => void (process.env = before));
  const procPath = mkdtempSync(join(tmpdir(), 'fargazer-told-'));
  context.after(() => rmSync(procPath, { recursive: true, force: true }));
  const parts = await sidecarParts({
    config: defaultConfig(sidecarPlugins), forward: '127.0.0.1:0', procPath, mode: 'detect', signal: new AbortController().signal, onNotice: () => undefined,
    output: { write: () => undefined, columns: 80, hasColour: false, timeZone: 'UTC' },
  });
  return { parts, lane: oneLane(parts.sensor, parts.others, () => undefined) };
}

async function speakAnotherProtocol({ others }: SidecarParts): Promise<void> {
  const receiver = others[0] as Receiver;
  while (receiver.address() === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  const socket = connect(Number(receiver.address()!.split(':').at(-1)), '127.0.0.1');
  socket.resume().end('GET / HTTP/1.1\r\n\r\n');
  await once(socket, 'close');
}

function assertTold(told: CoverageEvent | undefined, start: string): void {
  assert.match(told?.detail ?? '', /^1 connection was refused: what was sent is no message of the forward protocol/);
  assert.deepEqual([told?.state, told?.feed, told?.subject.service, told?.id.startsWith(`${start}/`)], ['lossy', 'sensor', 'checkout', true]);
}

const isRefusal = (event: { kind: string; detail?: string }): event is CoverageEvent => event.kind === 'coverage' && event.detail?.includes('refused') === true;

describe('a connection that was refused', { skip: process.platform === 'linux' ? false : 'looks at a /proc', timeout: 30_000 }, () => {
  test('is an event of the sensor in the task', async (context) => {
    const { lane, parts } = await refusing(context);
    const stop = new AbortController();
    const speaking = speakAnotherProtocol(parts);
    let told: CoverageEvent | undefined;
    for await (const { records } of lane.read(new Map(), stop.signal)) {
      told ??= eventsOf(records.map(({ content }) => Buffer.from(content as Uint8Array).toString().trimEnd())).find(isRefusal);
      if (told !== undefined) stop.abort();
    }
    await speaking;
    assertTold(told, parts.start);
  });

  test('is the same event behind a stream', async (context) => {
    const { lane, parts } = await refusing(context);
    const stop = new AbortController();
    const speaking = speakAnotherProtocol(parts);
    let told: CoverageEvent | undefined;
    const putMany = async (entries: readonly { content: Uint8Array }[]): Promise<undefined[]> => {
      told ??= eventsOf(entries.flatMap(({ content }) => Buffer.from(content).toString().trimEnd().split('\n'))).find(isRefusal);
      if (told !== undefined) stop.abort();
      return entries.map(() => undefined);
    };
    await ship({ source: lane, writer: { putMany, close: () => undefined }, subject: () => ({}), start: parts.start, clock: parts.clock, onTrouble: assert.fail }, stop.signal, 300);
    await speaking;
    assertTold(told, parts.start);
  });
});

test('a clock that is set while it runs moves nothing: a sidecar goes by the one of its start, and what passed since', async (context) => {
  const { parts } = await refusing(context);
  const before = parts.clock.now();
  assert.ok(Math.abs(before - Date.now()) < 1_000);
  for (const byMs of [-86_400_000, 86_400_000]) {
    const set = Date.now() + byMs;
    const mocked = context.mock.method(Date, 'now', () => set);
    const now = parts.clock.now();
    mocked.mock.restore();
    assert.ok(now >= before && now - before < 60_000);
  }
});
