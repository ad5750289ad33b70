/** Silences as people keep them: one item of the store, written by conditional commits, and taken over by the pipeline step by step. */
import { FargazerError, parseMatcher, type Item, type JsonValue, type Silence, type Store } from '#contract';
import { newSilence, type Pipeline, type SilenceRequest } from '../../../alerting/pipeline.ts';
import { standardLimits } from '../../../alerting/stages/state.ts';

const silencesKey = 'silences';
const itemVersion = 1;
/** What ended is listed for a day more, and told to a pipeline that still has it. */
const keptMs = 24 * 3_600_000;
/** An item holds 300,000 bytes; the rest is room for what JSON and stores put around it. */
const largestBytes = 250_000;
/** Others who write at the same moment, in a row. */
const mostRaces = 10;

/** Silences in the order in which they were added. Throws `state-newer`. */
export async function silencesIn(store: Store): Promise<Silence[]> {
  return read(await store.item(silencesKey), store.place);
}

/** Adds a silence, or changes nothing where the same one is there. Throws `usage` with what is wrong with it. */
export async function addSilence(store: Store, request: SilenceRequest, nowMs: number): Promise<Silence> {
  const silence = newSilence(request);
  if ('fault' in silence) throw new FargazerError('usage', silence.fault);
  await change(store, nowMs, (silences) => (silences.some(({ id }) => id === silence.id) ? silences : [...silences, silence]));
  return silence;
}

/** Ends a silence now; the beginning of an id is enough where only one begins so. Throws `alert-unknown`. */
export async function expireSilence(store: Store, id: string, nowMs: number): Promise<Silence> {
  let expired: Silence | undefined;
  await change(store, nowMs, (silences) => {
    const fitting = silences.filter((one) => one.id === id || (id.length >= 4 && one.id.startsWith(id)));
    const [found] = fitting.length > 1 ? fitting.filter((one) => one.id === id) : fitting;
    if (found === undefined) throw new FargazerError('alert-unknown', `${store.place}: ${fitting.length > 1 ? 'several silences begin' : 'there is no silence that begins'} with ${JSON.stringify(id.slice(0, 80))}; fargazer alerts silence list shows them all.`);
    // One that has not begun ends where it would begin, and never holds.
    expired = { ...found, endsMs: Math.min(found.endsMs, Math.max(nowMs, found.startsMs)) };
    return silences.map((one) => (one === found ? expired! : one));
  });
  return expired!;
}

/** Brings a pipeline's silences up to what the store says; to be done before it walks on. */
export function applySilences(pipeline: Pipeline, silences: readonly Silence[]): void {
  const known = new Set(pipeline.silences().map(({ id }) => id));
  for (const silence of silences) {
    if (known.has(silence.id)) pipeline.endSilence(silence.id, silence.endsMs);
    else if (silence.endsMs > pipeline.walkedMs) pipeline.silence(silence);
  }
}

async function change(store: Store, nowMs: number, to: (silences: Silence[]) => Silence[]): Promise<void> {
  for (let race = 0; race < mostRaces; race += 1) {
    const item = await store.item(silencesKey);
    const before = read(item, store.place);
    const after = to(before.filter(({ endsMs }) => endsMs > nowMs - keptMs));
    if (after.length > standardLimits.silences) throw new FargazerError('usage', `There are ${standardLimits.silences} silences already. Expire some, or leave out in the routes what nobody wants to hear of.`);
    const value = { version: itemVersion, silences: after } as unknown as JsonValue;
    if (Buffer.byteLength(JSON.stringify(value)) > largestBytes) throw new FargazerError('usage', 'There is no room for more silences of this length. Expire some, or write shorter matchers.');
    if ((await store.commit({ key: silencesKey, value, expected: item?.version })) !== undefined) return;
  }
  throw new FargazerError('store-failed', `${store.place}: the silences could not be changed, for others change them all the time. Nothing was changed; try again.`);
}

function read(item: Item | undefined, place: string): Silence[] {
  const value = item?.value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  if (typeof value['version'] === 'number' && value['version'] > itemVersion) {
    throw new FargazerError('state-newer', `${place}: its silences were written by a newer version of fargazer. Nothing was changed; use the newer version.`);
  }
  const { silences } = value;
  return Array.isArray(silences) ? silences.flatMap(silenceOf) : [];
}

/** What is damaged is no silence: it tells rather than hides. */
function silenceOf(value: JsonValue): Silence[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const { id, author, reason, startsMs, endsMs, matchers } = value;
  if (typeof id !== 'string' || typeof author !== 'string' || typeof reason !== 'string' || typeof startsMs !== 'number' || typeof endsMs !== 'number' || !Array.isArray(matchers)) return [];
  const parsed = matchers.map((matcher) => (typeof matcher === 'object' && matcher !== null && !Array.isArray(matcher) ? parseMatcher(`${String(matcher['name'])}${String(matcher['operator'])}${JSON.stringify(matcher['value'])}`) : { fault: '' }));
  if (parsed.length === 0 || parsed.some((one) => 'fault' in one)) return [];
  return [{ id, author, reason, startsMs, endsMs, matchers: matchers as unknown as Silence['matchers'] }];
}
