/** What `fargazer tail` runs: the consumer of live sources, with sources made of words, a state that may be forgotten, and nothing served. */
import { FargazerError, severities, systemClock, type Alert, type HappeningName, type Happenings, type LiveSource, type Reporter, type Severity, type Sink } from '#contract';
import type { Walk } from '../engine/run.ts';
import { embeddedStore } from '../stores/embedded/index.ts';
import { memoryStore } from '../stores/memory/index.ts';
import type { TailOutcome, TailSettings } from './cli/program.ts';
import { printedSinks } from './outputs.ts';
import { sourceKinds } from './plugins.ts';
import { walkOf, type MakeWalk } from './program/engine.ts';
import { Consumer } from './program/live/consume.ts';
import { placeOf } from './tail-places.ts';
import { watchLanes } from './tail-lanes.ts';

/** Alerts on the screen that are remembered, so that their ends are not shown as news. */
const mostShown = 10_000;

export async function tail(settings: TailSettings): Promise<TailOutcome> {
  const { config, stateDir, signal, onNotice, output, kind } = settings;
  const clock = systemClock;
  const startMs = clock.now();
  const stop = new AbortController();
  const sources = untilAllEnd(sourcesOf(settings), () => stop.abort(), onNotice);
  if (settings.isLiveTail) onNotice(liveTailNotice);
  const store = stateDir === undefined ? memoryStore(clock) : embeddedStore(stateDir);
  const counts = counter();
  let walk: Walk | undefined;
  const makeWalk: MakeWalk = (run, state, lateness) => (walk = walkOf(config, run, state, lateness));
  const consumer = new Consumer({
    sources,
    store,
    sinks: [kind === 'jsonl' ? printedSinks.get('jsonl')!.make({} as never, output) : onlyNews(printedSinks.get('console')!.make({} as never, output))],
    makeWalk,
    notifiers: [],
    live: {
      alerting: config.alerting,
      clock: config.clock,
      checkpointEveryMs: config.checkpointEveryMs,
      patienceMs: config.patienceMs,
      flowFields: settings.flowFields ?? config.flowFields,
      ...(settings.learnForMs === undefined ? {} : { learnForMs: settings.learnForMs }),
    },
    clock,
    reporter: counts.reporter,
  });
  const ending = AbortSignal.any([signal, stop.signal]);
  const watching = watchLanes(sources, { clock, signal: ending, onNotice });
  let failure: FargazerError | undefined;
  try {
    await consumer.run(ending);
  } catch (error) {
    if (!(error instanceof FargazerError) || counts.told.events === 0) throw error;
    failure = error;
  } finally {
    stop.abort();
    await watching;
    await store.close();
  }
  return { ...counts.told, alerts: counts.alerts.size, ...knownTo(walk), tookMs: clock.now() - startMs, ...(failure === undefined ? {} : { failure }) };
}

const liveTailNotice =
  'Live Tail: AWS gives at most 500 events a second and a sample of more, nothing of the time without a session, and charges by the minute.';

function sourcesOf(settings: TailSettings): LiveSource[] {
  if (settings.isLiveTail && settings.places.every((text) => placeOf(text, settings).kind !== 'cloudwatch-logs')) {
    throw new FargazerError('usage', '--live-tail: no log group is named. Nothing was read. Name one, such as cloudwatch-logs:///ecs/app.');
  }
  const made = [...new Set(settings.places)].map((text) => {
    const { kind, options } = placeOf(text, settings);
    const { schema, make } = sourceKinds.get(kind)!;
    const parsed = schema.safeParse(options);
    if (parsed.success) return make(parsed.data as never);
    const [issue] = parsed.error.issues;
    throw new FargazerError('usage', `${text.slice(0, 120)}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong'}. Nothing was read.`);
  });
  // Two words for one stream or file.
  return made.filter((source, index) => made.findIndex(({ name }) => name === source.name) === index);
}

/** Standard input ends, and so may a stream; a source that fails while others go on is told of. */
function untilAllEnd(sources: readonly LiveSource[], onEnd: () => void, onNotice: (notice: string) => void): LiveSource[] {
  let open = sources.length;
  return sources.map((source) => ({
    ...source,
    async *read(resume, signal) {
      try {
        yield* source.read(resume, signal);
      } catch (error) {
        open -= 1;
        if (open > 0 && error instanceof FargazerError) onNotice(error.message);
        throw error;
      }
      open -= 1;
      if (open <= 0) onEnd();
    },
  }));
}

/** On a screen the end of an alert is no news; that it became worse is. */
function onlyNews(sink: Sink): Sink {
  const shown = new Map<string, Severity>();
  const isNews = ({ id, severity }: Alert): boolean => {
    const before = shown.get(id);
    if (before !== undefined && severities.indexOf(severity) <= severities.indexOf(before)) return false;
    shown.set(id, severity);
    if (shown.size > mostShown) for (const oldest of shown.keys()) {
      shown.delete(oldest);
      break;
    }
    return true;
  };
  return { ...sink, send: async (alert) => (isNews(alert) ? sink.send(alert) : undefined) };
}

function counter(): { reporter: Reporter; told: { events: number; bytes: number; unreadable: number; late: number; setAside: number }; alerts: Set<string> } {
  const told = { events: 0, bytes: 0, unreadable: 0, late: 0, setAside: 0 };
  const alerts = new Set<string>();
  const heard: { [Name in HappeningName]?: (fields: Happenings[Name]) => void } = {
    'batch-read': ({ bytes }) => void (told.bytes += bytes),
    decoded({ events, unreadable }) {
      told.events += events;
      told.unreadable += unreadable;
    },
    late: ({ records }) => void (told.late += records),
    'set-aside': ({ records }) => void (told.setAside += records),
    'alert-raised': ({ id }) => void alerts.add(id),
  };
  const happened: Reporter['happened'] = (name, fields) => heard[name]?.(fields);
  return { reporter: { happened, stands: () => undefined }, told, alerts };
}

/** Of whom so much is known that something was judged. */
function knownTo(walk: Walk | undefined): Pick<TailOutcome, 'owners' | 'readyOwners' | 'teachUntilMs'> {
  if (walk === undefined) return { owners: 0, readyOwners: 0 };
  const { owners, teachUntilMs, marks } = walk.state;
  const known = [...owners.records.values()].filter(({ events }) => events > 0);
  const isTeaching = Number.isFinite(teachUntilMs) && teachUntilMs > Math.max(-Infinity, ...marks.values());
  return { owners: known.length, readyOwners: known.filter(({ readyFromMs }) => readyFromMs !== undefined).length, ...(isTeaching ? { teachUntilMs } : {}) };
}
