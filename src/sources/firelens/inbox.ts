/**
 * What was received and not yet judged: bounded in bytes, and never in the way of who sends. Beyond the bound every
 * so-many-th record is kept, and what is left out is counted and told of.
 */
import type { Clock, JsonValue, LaneHealth, LiveBatch, LiveRecord, TellCoverage } from '#contract';

export interface InboxSettings {
  lane: string;
  clock: Clock;
  /** Bytes of lines that may wait. */
  queueBytes: number;
  tell: TellCoverage;
  /** Called about once a second, and whenever something came: whether there is more to be told. */
  look?: () => void;
}

/** Within the bound all is kept; up to a quarter more each 16th, up to half more each 256th, and then none. */
const strides = [1, 16, 256] as const;
/** A coverage event tells of what was lost at most so often. */
const tellEveryMs = 10_000;
/** Without anything received it is told that time passed. */
const idleMs = 1_000;
/** A record of a batch; decoding one has a fixed price, and what is handed on is held twice. */
const recordBytes = 262_144;
/** Health says for so long that something was lost. */
const lossyForMs = 60_000;
/** Reasons are few and ours; this holds whatever may be added. */
const reasonLimit = 32;

export class Inbox {
  /** Records taken, those left out included. */
  taken = 0;
  lost = 0;
  readonly #settings: InboxSettings;
  #blocks: { bytes: Buffer; arrivalMs: number }[] = [];
  #bytes = 0;
  #turn = 0;
  #place = 0;
  readonly #losses = new Map<string, number>();
  #toldMs = Number.NEGATIVE_INFINITY;
  #lostMs = Number.NEGATIVE_INFINITY;
  #reason = '';
  #wake: (() => void) | undefined;

  constructor(settings: InboxSettings) {
    this.#settings = settings;
  }

  get waitingBytes(): number {
    return this.#bytes;
  }

  /** Whether everything is kept just now. */
  get isRoomy(): boolean {
    return this.#bytes < this.#settings.queueBytes;
  }

  /** Of one record that came: is it to be kept? What is not is counted here. */
  keeps(): boolean {
    const level = Math.floor(Math.max(0, this.#bytes / this.#settings.queueBytes - 1) * 4) + (this.isRoomy ? 0 : 1);
    const stride = strides[level];
    this.#turn += 1;
    if (stride !== undefined && this.#turn % stride === 0) return true;
    this.taken += 1;
    this.lose('came faster than they could be looked at', 1);
    return false;
  }

  /** Queues whole lines. */
  put(bytes: Buffer, records: number): void {
    this.taken += records;
    this.#blocks.push({ bytes, arrivalMs: this.#settings.clock.now() });
    this.#bytes += bytes.length;
    this.#rouse();
  }

  /** Counts what was sent and is not kept; `reason` goes on after “N log records”. */
  lose(reason: string, count: number): void {
    this.lost += count;
    if (this.#losses.has(reason) || this.#losses.size < reasonLimit) this.#losses.set(reason, (this.#losses.get(reason) ?? 0) + count);
    this.#lostMs = this.#settings.clock.now();
    if (this.#lostMs - this.#toldMs >= tellEveryMs) this.#rouse();
  }

  health(): LaneHealth {
    const { lane, clock } = this.#settings;
    const isLossy = clock.now() - this.#lostMs < lossyForMs;
    const [first] = this.#blocks;
    return {
      lane,
      state: this.#blocks.length > 0 ? 'reading' : 'waiting',
      behindMs: first === undefined ? 0 : Math.max(0, clock.now() - first.arrivalMs),
      ...(isLossy && this.#reason !== '' ? { reason: this.#reason, sinceMs: this.#lostMs } : {}),
    };
  }

  /** For ever, or until `signal` aborts; what waits then is still given. */
  async *batches(signal: AbortSignal): AsyncGenerator<LiveBatch, void, void> {
    const { clock } = this.#settings;
    const abort = (): void => this.#rouse();
    signal.addEventListener('abort', abort);
    let isIdle = false;
    let idle: Promise<void> | undefined;
    try {
      yield this.#batch([]);
      while (!signal.aborted) {
        const records = this.#records();
        if (records.length > 0) {
          yield this.#batch(records);
          continue;
        }
        if (!isIdle) {
          // A sleep outlasts what wakes us meanwhile: to end one costs more than to let it pass.
          idle ??= clock.sleep(idleMs, signal).then(() => {
            isIdle = true;
            this.#rouse();
          });
          await new Promise<void>((resolve) => (this.#wake = resolve));
          this.#wake = undefined;
        }
        if (!isIdle || signal.aborted) continue;
        isIdle = false;
        idle = undefined;
        if (this.#blocks.length === 0) yield this.#batch(this.#records());
      }
      while (this.#blocks.length > 0) yield this.#batch(this.#records());
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #rouse(): void {
    this.#wake?.();
  }

  #batch(records: LiveRecord[]): LiveBatch {
    const { lane, clock } = this.#settings;
    return { lane, records, position: { taken: this.taken } satisfies JsonValue, completeToMs: clock.now() };
  }

  #records(): LiveRecord[] {
    this.#settings.look?.();
    this.#tellLosses();
    const [first] = this.#blocks;
    if (first === undefined) return [];
    let count = 0;
    let bytes = 0;
    while (count < this.#blocks.length && (count === 0 || bytes + this.#blocks[count]!.bytes.length <= recordBytes)) bytes += this.#blocks[count++]!.bytes.length;
    const taken = this.#blocks.splice(0, count);
    this.#bytes -= bytes;
    return [this.#record(count === 1 ? first.bytes : Buffer.concat(taken.map(({ bytes }) => bytes), bytes), first.arrivalMs)];
  }

  #record(content: Buffer, arrivalMs: number): LiveRecord {
    this.#place += 1;
    return { content, place: String(this.#place), arrivalMs };
  }

  #tellLosses(): void {
    const nowMs = this.#settings.clock.now();
    if (this.#losses.size === 0 || nowMs - this.#toldMs < tellEveryMs) return;
    this.#toldMs = nowMs;
    const counts = [...this.#losses];
    this.#losses.clear();
    this.#reason = `${counts.map(([reason, count]) => `${count} log ${count === 1 ? 'record' : 'records'} ${reason}`).join('; ')}. The log router was not held up`;
    this.#settings.tell('lossy', this.#reason);
  }
}
