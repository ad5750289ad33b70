/** The same records through one process that nothing happens to, and what it and a crowd must have alike. */
import type { Alert, AlertingSettings, JsonValue, Notification, Store } from '#contract';
import { Checkpoint } from '../../../src/engine/checkpoint.ts';
import { kindsByName, type MakeWalk } from '../../../src/entry/program/engine.ts';
import { storyText } from '../../../src/entry/cli/alerts-text.ts';
import { whyAlert } from '../../../src/entry/program/alerts/why.ts';
import { alertingIn } from '../../../src/entry/program/alerts/state-of-alerting.ts';
import { LiveRun } from '../../../src/entry/program/live/live-run.ts';
import { memoryStore } from '../../../src/stores/memory/index.ts';
import { startMs, tickText } from '../live/recording.ts';
import { baselines, decode, stored } from '../live/whole.ts';
import type { Arriving } from './material.ts';

export interface OneProcessSettings {
  alerting: AlertingSettings;
  makeWalk: MakeWalk;
  learnForMs: number;
  lastTickMs: number;
  /** Silences as they stood in the end. */
  silences: JsonValue;
}

/** Other minutes than those of a crowd's ticks, and steps of several of them. */
const tickEveryMs = 60_000;
const ticksOfStep = 7;
/** One alert in so many. */
const storyEvery = 40;

/** Gives the store it was saved into; nothing of it was delivered, so all of it waits there. */
export async function oneProcess(records: readonly Arriving[], { alerting, makeWalk, learnForMs, lastTickMs, silences }: OneProcessSettings): Promise<Store> {
  const store = memoryStore();
  await store.commit({ key: 'silences', expected: undefined, value: silences });
  const run = await LiveRun.open({ makeWalk, store, now: () => 0, time: 'ticks', learnForMs, patienceMs: 600_000, decode, alerting });
  let position = 0;
  const take = async (text: string, arrivalMs: number): Promise<void> => {
    position += 1;
    await run.take('source', { lane: 'one', records: [{ content: Buffer.from(text), place: `${position}`, arrivalMs }], position });
  };
  let ticks = 0;
  const left = [...records];
  for (let tickMs = startMs + tickEveryMs; tickMs <= lastTickMs; tickMs += tickEveryMs) {
    while (left[0] !== undefined && left[0].arrivalMs < tickMs) await take(left[0].text, left.shift()!.arrivalMs);
    ticks += 1;
    await take(tickText(ticks, tickMs), tickMs);
    run.walkOn(true);
    if (ticks % ticksOfStep === 0 || tickMs + tickEveryMs > lastTickMs) await run.save();
  }
  run.close();
  return store;
}

/** What waits in a store for delivery. */
export async function waitingIn(store: Store): Promise<{ alerts: Alert[]; notifications: Notification[] }> {
  const checkpoint = await Checkpoint.open(store, kindsByName);
  const alerts = await Promise.all(checkpoint.pending.map((batch) => checkpoint.alertsOf(batch)));
  const notifications = await Promise.all(checkpoint.outbox.map((batch) => checkpoint.notificationsOf(batch)));
  return { alerts: alerts.flat().map(({ alert }) => alert), notifications: notifications.flat().map(({ notification }) => notification) };
}

/** What a store knows in the end, as texts. */
export async function knownIn(store: Store, makeWalk: MakeWalk): Promise<{ baselines: string[]; alerting: string; decisions: string[]; stories: string[] }> {
  const { state } = await alertingIn(store);
  const known = [...state.alerts.values(), ...state.closed.values()];
  const packed = await (await Checkpoint.open(store, kindsByName)).alertingState();
  return {
    baselines: (baselines(await stored(store, makeWalk)) as unknown[]).map((one) => JSON.stringify(one)),
    alerting: placeless(packed),
    decisions: known.map(({ id, decisions }) => `${id} ${JSON.stringify(decisions)}`),
    // All of it is read for each: some will do, for the decisions of all are compared.
    stories: await Promise.all(known.filter((_, index) => index % storyEvery === 0).map(({ id }) => storyOf(id, store))),
  };
}

/** What `alerts why` prints of an alert. */
async function storyOf(id: string, store: Store): Promise<string> {
  // The title of what is long over is known as long as it waits for delivery, and whom it was given up by is of the outputs.
  const { title: _title, givenUp: _givenUp, ...story } = await whyAlert(store, id);
  return storyText({ ...story, givenUp: [] }, { isColored: false, columns: 120 } as never);
}

/** As text, without where records were read, which is another place in each run. */
export function placeless(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => (key === 'records' && Array.isArray(inner) ? inner.map((record: { raw?: string }) => record.raw) : inner)) ?? '';
}
