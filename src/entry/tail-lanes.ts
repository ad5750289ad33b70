/** Watches the lanes that are followed, and tells of those that wait, fail or lose something. */
import type { Clock, LaneHealth, LiveSource } from '#contract';

interface Watching {
  clock: Clock;
  signal: AbortSignal;
  onNotice: (notice: string) => void;
}

const lookMs = 1_000;
/** What a lane says changes by its numbers alone every second while something is lost. */
const againMs = 60_000;
/** A service that answers does so within a second or two. */
const firstAnswerMs = 10_000;
/** Lanes told of by themselves; a prefix may stand for thousands of groups. */
const mostLanes = 200;

/** Until `signal` aborts; what was not told by then is told at the end. */
export async function watchLanes(sources: readonly LiveSource[], { clock, signal, onNotice }: Watching): Promise<void> {
  const told = new Map<string, { kind: string; notice: string; atMs: number }>();
  const unanswered = new Set<LiveSource>();
  const startMs = clock.now();
  const look = (isLast: boolean): void => {
    for (const source of sources) {
      const lanes = source.health();
      if (lanes.length === 0 && clock.now() - startMs >= firstAnswerMs && !unanswered.has(source)) {
        unanswered.add(source);
        onNotice(`${source.name}: there is no answer yet; it is asked again and again. Check the network, the region and the credentials.`);
      }
      for (const lane of lanes) {
        const name = `${source.name} ${lane.lane}`;
        const before = told.get(name);
        const notice = noticeOf(source, lane);
        if (notice === undefined) {
          if (before !== undefined && !isLast) told.delete(name);
          continue;
        }
        const kind = `${lane.state} ${notice.replace(/\d+/g, '0')}`;
        const isNew = before === undefined ? told.size < mostLanes : before.kind !== kind || (before.notice !== notice && (isLast || clock.now() - before.atMs >= againMs));
        if (!isNew) continue;
        told.set(name, { kind, notice, atMs: clock.now() });
        onNotice(notice);
      }
    }
  };
  while (!signal.aborted) {
    await clock.sleep(lookMs, signal);
    if (!signal.aborted) look(false);
  }
  look(true);
}

function noticeOf({ name }: LiveSource, { lane, reason }: LaneHealth): string | undefined {
  if (reason === undefined) return undefined;
  return `${name.endsWith(`:${lane}`) ? lane : `${name}, ${lane}`}: ${reason}`;
}
