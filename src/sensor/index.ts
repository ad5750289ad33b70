/** The sensor: looks at the task by its parts, and gives what they tell as records of one lane. */
import { publishedLine, type Clock, type LiveSource, type Subject, type TellCoverage } from '#contract';
import { filesPart } from './files/index.ts';
import { governor } from './governor.ts';
import { guarded, type Guardable, type Guarded } from './guarded.ts';
import { openNative, type Native } from './native/index.ts';
import { sparePages } from './native/spare-pages.ts';
import { openOutbox } from './outbox.ts';
import { isOtherPeriod, paces, type Level, type Pace } from './pace.ts';
import type { SensorContext, SensorPart, Sighting, Way } from './part.ts';
import { processesPart } from './processes/index.ts';
import { processTable } from './processes/table.ts';
import { knownRoots } from './roots.ts';

export { indispensableWay, type SensorContext, type SensorPart, type Sighting, type Way } from './part.ts';

export interface SensorSettings {
  procPath: string;
  /** Whose an event is, by the container id that its process tells; the task's own without one. */
  subject: (containerId: string | undefined) => Subject;
  /** Leads the ids of events; another at each start, so that no id comes twice. */
  sidecarStart: string;
  clock: Clock;
  /** How much is left out; found by what looking costs where absent. */
  level?: () => Level;
  /** Further parts, after processes and files. */
  parts?: readonly ((context: SensorContext) => SensorPart)[];
  /** False to do without the foreign-function library. */
  isNative?: boolean;
  /**
   * Ways that are switched off, to measure what each is worth: `exec-notify`, `pid-bell`, `file-notify`, `packet-socket`,
   * `socket-diagnosis`, or `native` for all that need the foreign-function library. What the environment's
   * FARGAZER_SENSOR_WITHOUT names (with commas) at the start where absent.
   */
  without?: readonly string[];
}

export type Sensor = LiveSource & {
  /** By which ways it looks here; before it reads, as far as can be known. */
  ways(): readonly Way[];
  /** Files what others of the task have to say (a log router that is gone), so that it is walked at once. */
  say: TellCoverage;
};

const lane = 'task';
const heartbeatMs = 1_000;

export function sensor(settings: SensorSettings): Sensor {
  const { clock, sidecarStart } = settings;
  const outbox = openOutbox();
  let running: Running | undefined;
  let filed = 0;
  /** Everything before it was given: what is told now happened no earlier, for whoever reads. */
  let completeMs = settings.clock.now();

  const tell = (sighting: Sighting, whose?: { pid?: number; containerId?: string }): void => {
    const containerId = whose?.containerId ?? (whose?.pid === undefined ? undefined : running?.context.processes.get(whose.pid)?.containerId);
    filed += 1;
    const id = `${sidecarStart}/${filed}`;
    const timeMs = Math.max(sighting.timeMs, completeMs);
    // It arrives when it happens: nothing that is told here was told too late.
    outbox.put(String(filed), publishedLine({ ...sighting, timeMs, feed: 'sensor', id, count: 1, subject: settings.subject(containerId) }), timeMs);
  };
  const start = (): Running => startParts({ settings, tell, onBeat: () => outbox.poke() });

  return {
    name: 'sensor',

    async *read(_resume, signal) {
      running ??= start();
      const end = (): void => {
        running?.stop();
        running = undefined;
        outbox.poke();
      };
      signal.addEventListener('abort', end);
      try {
        yield { lane, records: [], position: filed };
        let saidMs = 0;
        let hasGiven = false;
        while (!signal.aborted) {
          if (outbox.size === 0 || !hasGiven) await outbox.wait();
          const dropped = outbox.takeDropped();
          if (dropped > 0) {
            tell({ kind: 'coverage', timeMs: clock.now(), state: 'lossy', detail: `${dropped} sightings of the sensor were dropped: more happened in the task than could be taken.` });
          }
          const nowMs = clock.now();
          const records = outbox.take();
          // What was given is walked once the tick that it is of is over: the next beat says so.
          if (records.length === 0 && !hasGiven && !isOtherPeriod(saidMs, nowMs, heartbeatMs)) continue;
          saidMs = nowMs;
          hasGiven = records.length > 0;
          // A clock that is set back takes back nothing that was said.
          if (outbox.size === 0) completeMs = Math.max(completeMs, nowMs);
          yield { lane, records, position: filed, ...(outbox.size === 0 ? { completeToMs: completeMs } : {}) };
        }
      } finally {
        signal.removeEventListener('abort', end);
        end();
      }
    },

    health() {
      const failing = running?.failures() ?? [];
      return [{ lane, state: running === undefined ? 'waiting' : failing.length > 0 ? 'failing' : 'reading', ...(failing.length > 0 ? { reason: failing.join(' ') } : {}) }];
    },

    ways() {
      if (running !== undefined) return running.ways();
      const probe = startParts({ settings, tell: () => undefined, onBeat: () => undefined });
      try {
        return probe.ways();
      } finally {
        probe.stop();
      }
    },

    say: (state, detail) => tell({ kind: 'coverage', timeMs: clock.now(), state, detail }),

    close() {
      running?.stop();
      running = undefined;
      return Promise.resolve();
    },
  };
}

interface Running {
  context: SensorContext;
  ways(): readonly Way[];
  failures(): string[];
  stop(): void;
}

interface StartSettings {
  settings: SensorSettings;
  tell: SensorContext['tell'];
  onBeat: () => void;
}

function startParts({ settings, tell, onBeat }: StartSettings): Running {
  const { procPath, clock } = settings;
  const without = new Set(settings.without ?? waysOff());
  const native = settings.isNative === false || without.has('native') ? undefined : openNative();
  const pages = native && sparePages(native, clock.now());
  let timer: NodeJS.Timeout | undefined;
  let dueMs = Infinity;
  let beatenMs = 0;
  let isStopped = false;
  const guards: Guarded[] = [];
  let current: Guarded | undefined;

  const governing = governor({ usedMs: cpuMs, tell: (sighting) => tell(sighting) });
  const pace = (): Pace => paces[settings.level?.() ?? governing.level];

  const soon = (delayMs: number): void => {
    const at = performance.now() + Math.max(0, delayMs);
    if (isStopped || at >= dueMs) return;
    clearTimeout(timer);
    dueMs = at;
    timer = setTimeout(look, delayMs);
  };
  const look = (): void => {
    dueMs = Infinity;
    const nowMs = clock.now();
    governing.measured(() => {
      for (const guard of guards) {
        current = guard;
        guard.look(nowMs);
      }
      current = undefined;
    });
    governing.look(nowMs);
    pages?.look(nowMs);
    const everyMs = processes.isNotified() ? pace().beat : pace().noticelessBeat;
    if (isOtherPeriod(beatenMs, nowMs, everyMs)) onBeat();
    beatenMs = nowMs;
    soon(everyMs - (clock.now() % everyMs) + 1);
  };

  const roots = knownRoots(procPath);
  const table = processTable(() => processesGuard.run(() => processes.refresh()));
  const context: SensorContext = { procPath, native: native === undefined ? undefined : watchedNative(native, () => current, (action) => governing.measured(action)), now: () => clock.now(), tell, processes: table, without, pace };
  const processes = processesPart({ context, table, roots, soon, run: (action) => processesGuard.run(action) });
  const watched = (part: Guardable): Guarded => guarded(part, (sighting) => tell(sighting), () => clock.now());
  const processesGuard = watched(processes);
  const files = filesPart({ context: without.has('file-notify') ? { ...context, native: undefined } : context, roots, soon, run: (action) => filesGuard.run(action) });
  const filesGuard = watched(files);
  const others = (settings.parts ?? []).map((make) => make(context));
  guards.push(processesGuard, filesGuard, ...others.map(watched));
  look();

  return {
    context,
    ways: () => [processes, files, ...others].flatMap((part) => part.ways()),
    failures: () => guards.flatMap(({ name, failure }) => (failure === undefined ? [] : [`The part ${name} failed: ${failure}.`])),
    stop() {
      if (isStopped) return;
      isStopped = true;
      clearTimeout(timer);
      for (const guard of guards) guard.stop();
      native?.close();
    },
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function waysOff(): string[] {
  return (process.env['FARGAZER_SENSOR_WITHOUT'] ?? '').split(',').map((way) => way.trim()).filter((way) => way !== '');
}

/** What a part does when a descriptor of it is readable runs under that part's watchdog. */
function watchedNative(native: Native, current: () => Guarded | undefined, measured: (action: () => void) => void): Native {
  return {
    ...native,
    watch(descriptor, onReadable) {
      const guard = current();
      return native.watch(descriptor, () => measured(guard === undefined ? onReadable : () => guard.run(onReadable)));
    },
  };
}
