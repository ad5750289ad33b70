/** What a consumer tells of itself while it runs: lanes that begin, fail and recover, what was left out, how things stand. */
import { severities, type CoverageCount, type FargazerError, type LiveSource, type Reporter, type SetAsideReason } from '#contract';
import type { LiveRun } from './live-run.ts';
import type { SteadyClock } from './steady-clock.ts';

const reasons: Readonly<Record<'future' | 'past' | 'olderThanState', SetAsideReason>> = { future: 'future', past: 'past', olderThanState: 'older-than-state' };

export class Telling {
  readonly #reporter: Reporter;
  readonly #steady: SteadyClock;
  readonly #late = new Map<string, number>();
  readonly #setAside = { future: 0, past: 0, olderThanState: 0 };
  /** Since when lanes fail, by source and lane, steady time. */
  readonly #failing = new Map<string, number>();

  constructor(reporter: Reporter, steady: SteadyClock) {
    this.#reporter = reporter;
    this.#steady = steady;
  }

  /** Lanes that fail now and since when, named as the run names them; those of a source that is gone since ever. */
  failing(sources: readonly LiveSource[], gone: ReadonlyMap<LiveSource, FargazerError>, named: (source: string, lane: string) => string): Map<string, number> {
    const nowMs = this.#steady.now();
    const failing = new Map<string, number>();
    for (const source of sources) {
      for (const { lane, state } of source.health()) {
        const name = named(source.name, lane);
        if (gone.has(source)) failing.set(name, -Infinity);
        else if (state === 'failing') failing.set(name, this.#failing.get(name) ?? this.#begin(source.name, lane, name, nowMs));
        else if (this.#failing.has(name)) {
          this.#reporter.happened('lane-recovered', { source: source.name, lane, afterMs: nowMs - this.#failing.get(name)! });
          this.#failing.delete(name);
        }
      }
    }
    for (const name of this.#failing.keys()) if (!failing.has(name)) this.#failing.delete(name);
    return failing;
  }

  #begin(source: string, lane: string, name: string, nowMs: number): number {
    this.#reporter.happened('lane-failing', { source, lane, code: 'lane-failing' });
    this.#failing.set(name, nowMs);
    return nowMs;
  }

  /** Late records and those set aside, since it was told last. */
  counts({ gate }: LiveRun): void {
    for (const [feed, count] of gate.lateOf) {
      const before = this.#late.get(feed) ?? 0;
      if (count > before) this.#reporter.happened('late', { feed, records: count - before });
      this.#late.set(feed, count);
    }
    for (const [key, reason] of Object.entries(reasons) as [keyof typeof reasons, SetAsideReason][]) {
      const count = gate.setAside[key];
      if (count > this.#setAside[key]) this.#reporter.happened('set-aside', { reason, records: count - this.#setAside[key] });
      this.#setAside[key] = count;
    }
  }

  /** `walkBehindMs`: undefined where ticks tell the time, which may be that of a recording. */
  standing(run: LiveRun, sources: readonly LiveSource[], walkBehindMs: number | undefined): void {
    const reporter = this.#reporter;
    const lanes = sources.flatMap((source) => source.health().map((lane) => ({ source: source.name, ...lane })));
    reporter.stands('lane-behind', lanes.flatMap(({ source, lane, behindMs }) => (behindMs === undefined ? [] : [{ source, lane, value: behindMs }])));
    reporter.stands('lanes', sources.flatMap(({ name: source }) => (['reading', 'waiting', 'failing', 'ended'] as const).map((state) => ({ source, state, value: lanes.filter((lane) => lane.source === source && lane.state === state).length }))));
    if (walkBehindMs !== undefined) reporter.stands('walk-behind', [{ value: Math.max(0, walkBehindMs) }]);
    const { records } = run.walk.state.owners;
    let instances = 0;
    for (const owner of records.values()) instances += owner.instances.size;
    reporter.stands('owners', [{ value: records.size }]);
    reporter.stands('instances', [{ value: instances }]);
    reporter.stands('coverage', coverageOf(run).map(({ feed, state, services: value }) => ({ feed, state, value })));
    const open = run.walk.state.episodes.openBySeverity();
    reporter.stands('open-alerts', severities.map((severity) => ({ severity, value: open.get(severity) ?? 0 })));
  }
}

/** Services by feed and state. */
export function coverageOf(run: LiveRun | undefined): CoverageCount[] {
  const counts = new Map<string, CoverageCount>();
  for (const { name, feed, state } of run?.walk.state.coverage.rows() ?? []) {
    if (name === '') continue;
    const key = `${feed} ${state}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { feed, state, services: 1 });
    else known.services += 1;
  }
  return [...counts.values()];
}
