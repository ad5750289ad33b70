/** Why an alert was told, or not: the decisions of the pipeline, and where it was given up on the way. */
import { FargazerError, type Store } from '#contract';
import { readDelivery } from '../../../alerting/dispatch/index.ts';
import type { AlertRecord, ClosedAlert } from '../../../alerting/stages/state.ts';
import type { AlertStory } from '../../cli/alerts-program.ts';
import { alertingIn, type SavedAlerting } from './state-of-alerting.ts';

/** Begins of ids are enough where only one id begins so; shorter ones are slips. */
const shortestStart = 4;

/** Takes the id of an alert, or its beginning. Throws `alert-unknown`. */
export async function whyAlert(store: Store, id: string): Promise<AlertStory> {
  const saved = await alertingIn(store);
  const known = [...saved.state.alerts.values(), ...saved.state.closed.values()];
  const { alerts } = saved.state;
  const found = onlyOne(id, [...known.map((one) => one.id), ...saved.pending.map(({ alert }) => alert.id)], store.place);
  const record = known.find((one) => one.id === found);
  const pending = saved.pending.findLast(({ alert }) => alert.id === found);
  const title = alerts.get(found)?.alert?.title ?? pending?.alert.title;
  return {
    id: found,
    ...(title === undefined ? {} : { title }),
    ...(record === undefined || record.incident === '' ? {} : { incident: record.incident }),
    standing: standingOf(record, pending?.number, saved),
    decisions: (record?.decisions ?? []).map(({ timeMs, lastMs, times, stage, reason, detail }) => ({ timeMs, lastMs, times, stage, reason, ...(detail === undefined ? {} : { detail }) })),
    givenUp: await givenUpBy(store, found),
  };
}

function onlyOne(start: string, ids: readonly string[], place: string): string {
  if (ids.includes(start)) return start;
  const fitting = [...new Set(start.length < shortestStart ? [] : ids.filter((id) => id.startsWith(start)))];
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  const shown = JSON.stringify(start.slice(0, 80));
  if (only !== undefined) throw new FargazerError('alert-unknown', `${place}: ${fitting.length} alerts begin with ${shown}; write more of the id.`);
  throw new FargazerError('alert-unknown', `${place}: there is no alert ${shown}. fargazer alerts list shows what is open; what is long over is forgotten.`);
}

function standingOf(record: AlertRecord | ClosedAlert | undefined, number: number | undefined, { state, walkedMs }: SavedAlerting): AlertStory['standing'] {
  if (record === undefined) return number !== undefined && number <= state.through ? 'counted' : 'waiting';
  return 'endsMs' in record && record.endsMs > (walkedMs ?? 0) ? 'open' : 'over';
}

/** Outputs that refused the alert, with their reason. */
async function givenUpBy(store: Store, id: string): Promise<AlertStory['givenUp']> {
  const items = await store.items('delivery/');
  return items.flatMap((item) => {
    const output = item.key.slice('delivery/'.length);
    return readDelivery(item).deadLetters.filter((letter) => letter.id === id).map(({ code, atMs, revision }) => ({ output, code, atMs, revision }));
  });
}
