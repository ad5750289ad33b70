/** Episodes: findings of one fingerprint at most 30 quiet minutes apart are one alert (E19). */
import { createHash } from 'node:crypto';
import { severities, type Alert, type BaselineView, type Entity, type Evidence, type JsonValue, type Severity } from '#contract';
import type { RawShown } from './episode.ts';
import { historySentence } from './explain.ts';
import { alertOf, quietMs, type Episode } from './episode.ts';
import { News, type PackedNews } from './news.ts';

export { quietMs, type Episode } from './episode.ts';

const recordLimit = 5;

export interface Finding {
  detector: string;
  severity: Severity;
  attack: string[];
  entity: Entity;
  /** The owner's lasting name: its account may become known later. */
  ownerKey: string;
  evidence: Evidence;
  timeMs: number;
  count: number;
  records: RawShown[];
  view: BaselineView | undefined;
  deployment: { revision: string; sinceMs: number } | undefined;
}

/** Same fingerprint, same episode: same id on every machine and in every order of files. */
function idOf(fingerprint: string, startMs: number): string {
  return createHash('sha256').update(`${fingerprint}\u0001${startMs}`).digest('hex').slice(0, 16);
}

function fingerprintOf(finding: Finding): string {
  const { container, instance } = finding.entity;
  const whose = finding.evidence.about === 'owner' ? '' : instance;
  return [finding.detector, finding.ownerKey, container, whose, finding.evidence.object].join('\u0001');
}

function worse(left: Severity, right: Severity): Severity {
  return severities.indexOf(left) >= severities.indexOf(right) ? left : right;
}

export class Episodes {
  readonly #open = new Map<string, Episode>();
  readonly #closed: Episode[] = [];
  readonly news = new News();
  /** False in runs that never end: what is over was told. */
  keepsClosed = true;

  /** Files a finding under its alert; gives the alert's episode. */
  add(finding: Finding): Episode {
    const fingerprint = fingerprintOf(finding);
    const open = this.#open.get(fingerprint);
    if (open !== undefined && finding.timeMs - open.lastMs <= quietMs) {
      this.news.note(open);
      return update(open, finding);
    }
    if (open !== undefined) this.#close(open);
    const episode: Episode = {
      fingerprint,
      id: idOf(fingerprint, finding.timeMs),
      revision: 1,
      detector: finding.detector,
      severity: finding.severity,
      attack: finding.attack,
      entity: finding.entity,
      isAboutOwner: finding.evidence.about === 'owner',
      evidence: finding.evidence,
      firstMs: finding.timeMs,
      lastMs: finding.timeMs,
      count: finding.count,
      records: finding.records.slice(0, recordLimit),
      history: historySentence(finding.view),
      deployment:
        finding.deployment === undefined
          ? undefined
          : `Revision ${finding.deployment.revision} was first seen at ${new Date(finding.deployment.sinceMs).toISOString()}`,
      isChanged: true,
    };
    this.#open.set(fingerprint, episode);
    this.news.note(episode);
    return episode;
  }

  open(fingerprint: string): Episode | undefined {
    return this.#open.get(fingerprint);
  }

  /** Counts more records of an observation that was found before in its minute: whose time is that of the first, however they came. */
  count(episode: Episode, count: number): void {
    episode.count += count;
    episode.isChanged = true;
    this.news.note(episode);
  }

  #close(episode: Episode): void {
    this.#open.delete(episode.fingerprint);
    this.news.end(episode);
    if (episode.isChanged && this.keepsClosed) this.#closed.push(episode);
  }

  /** Closes what was quiet for 30 minutes at an event time, so that open episodes stay few. */
  closeQuiet(timeMs: number): void {
    for (const episode of this.#open.values()) if (timeMs - episode.lastMs > quietMs) this.#close(episode);
  }

  /** Alerts that changed in this run, in order of first seen and id; `markMs` decides which are resolved. */
  alerts(markMs: number, includeRaw: boolean): Alert[] {
    const changed = [...this.#closed, ...[...this.#open.values()].filter((episode) => episode.isChanged)];
    changed.sort((left, right) => left.firstMs - right.firstMs || (left.id < right.id ? -1 : 1));
    return changed.map((episode) => alertOf(episode, markMs, includeRaw));
  }

  /** Open alerts by severity. */
  openBySeverity(): Map<Severity, number> {
    const counts = new Map<Severity, number>();
    for (const { severity } of this.#open.values()) counts.set(severity, (counts.get(severity) ?? 0) + 1);
    return counts;
  }

  get openCount(): number {
    return this.#open.size;
  }

  pack(): JsonValue {
    return JSON.parse(JSON.stringify({ open: [...this.#open.values()], news: this.news.pack() })) as JsonValue;
  }

  static unpack(packed: JsonValue): Episodes {
    const { open, news } = packed as unknown as { open: Episode[]; news: PackedNews };
    const episodes = new Episodes();
    for (const episode of open) episodes.#open.set(episode.fingerprint, { ...episode, isChanged: false });
    episodes.news.unpack(news, (fingerprint) => episodes.#open.get(fingerprint));
    return episodes;
  }
}

function update(episode: Episode, finding: Finding): Episode {
  episode.revision += 1;
  episode.count += finding.count;
  episode.lastMs = Math.max(episode.lastMs, finding.timeMs);
  episode.severity = worse(episode.severity, finding.severity);
  episode.attack = [...new Set([...episode.attack, ...finding.attack])].sort();
  if (finding.evidence.score > episode.evidence.score) episode.evidence = finding.evidence;
  for (const record of finding.records) {
    if (episode.records.length >= recordLimit) break;
    episode.records.push(record);
  }
  episode.isChanged = true;
  return episode;
}
