/**
 * News: alerts that are new, changed or over, told at even instants of release time. So what is told, in which order and
 * as of when depends on the records alone, however the walk is cut into steps.
 */
import type { Alert } from '#contract';
import { alertOf, type Episode } from './episode.ts';
import { tickLengthMs } from './order.ts';

export interface NewsItem {
  /** Release time as of which it is told. */
  releaseMs: number;
  alert: Alert;
}

export interface PackedNews {
  /** Fingerprints of open episodes with news. */
  fresh: string[];
  over: Episode[];
  told: NewsItem[];
  /** null: nothing waits to be told. */
  cutAtMs: number | null;
}

export class News {
  /** False in runs that show all alerts at their end. */
  isOn = false;
  /** Release time of what is being walked. */
  #nowMs = -Infinity;
  #cutAtMs = Infinity;
  readonly #fresh = new Set<Episode>();
  #over: Episode[] = [];
  #told: NewsItem[] = [];

  /** Something was added to an episode. */
  note(episode: Episode): void {
    if (!this.isOn) return;
    this.#fresh.add(episode);
    this.#wait();
  }

  /** An episode is over. */
  end(episode: Episode): void {
    if (!this.isOn) return;
    this.#fresh.delete(episode);
    this.#over.push(episode);
    this.#wait();
  }

  #wait(): void {
    if (this.#cutAtMs === Infinity) this.#cutAtMs = (Math.floor(this.#nowMs / tickLengthMs) + 1) * tickLengthMs;
  }

  /** Everything released before `releaseMs` was walked; what is found from now on is released then. */
  goTo(releaseMs: number): void {
    this.#nowMs = releaseMs;
    if (this.#cutAtMs > releaseMs || this.#cutAtMs === Infinity) return;
    const items = [...this.#over.map((episode) => ({ episode, markMs: Infinity })), ...[...this.#fresh].map((episode) => ({ episode, markMs: -Infinity }))];
    items.sort((left, right) => left.episode.firstMs - right.episode.firstMs || (left.episode.id < right.episode.id ? -1 : left.episode.id > right.episode.id ? 1 : left.markMs === Infinity ? -1 : 1));
    for (const { episode, markMs } of items) this.#told.push({ releaseMs: this.#cutAtMs, alert: alertOf(episode, markMs, true) });
    this.#fresh.clear();
    this.#over = [];
    this.#cutAtMs = Infinity;
  }

  get hasTold(): boolean {
    return this.#told.length > 0;
  }

  /** What was told since the last call, in order. */
  take(): NewsItem[] {
    const told = this.#told;
    this.#told = [];
    return told;
  }

  pack(): PackedNews {
    return { fresh: [...this.#fresh].map(({ fingerprint }) => fingerprint), over: this.#over, told: this.#told, cutAtMs: Number.isFinite(this.#cutAtMs) ? this.#cutAtMs : null };
  }

  unpack({ fresh, over, told, cutAtMs }: PackedNews, open: (fingerprint: string) => Episode | undefined): void {
    for (const fingerprint of fresh) {
      const episode = open(fingerprint);
      if (episode !== undefined) this.#fresh.add(episode);
    }
    this.#over = over;
    this.#told = told;
    this.#cutAtMs = cutAtMs ?? Infinity;
  }
}
