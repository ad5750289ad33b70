/** One entry of a log router as a line of JSON in FireLens's form: its time first, then the record as it came, then the names it did not tell. */
import { isUtf8 } from 'node:buffer';
import { JsonWriter } from './json-writer.ts';
import { EventTime } from './message-pack.ts';

/** Longer entries are cut, bytes as they came. */
const entryLimitBytes = 1_048_576;

/** What the task's metadata tells of it. */
export interface KnownTask {
  arn: string;
  cluster: string;
  family: string;
  revision: string;
}

/** Texts are their bytes. */
export type LogFields = Readonly<Record<string, unknown>>;

/** How the lines of one tag go on: `<container>-firelens-<task id>` names the container where a record does not. */
export interface Tag {
  container: string | undefined;
  task: string | undefined;
}

const fireLensTag = /^(.{1,255})-firelens-([0-9a-f]{32})$/;

export function tagOf(text: string): Tag {
  const [, container, task] = fireLensTag.exec(text) ?? [];
  return { container, task };
}

export class LineWriter {
  /** Lines since the block was taken last, and how many of them were cut. */
  lines = 0;
  cut = 0;
  readonly #json = new JsonWriter();
  readonly #task: () => KnownTask | undefined;

  constructor(task: () => KnownTask | undefined) {
    this.#task = task;
  }

  get bytes(): number {
    return this.#json.length;
  }

  /** False where it is no record. `entryBytes` is how long it was as it came. */
  add(time: unknown, record: unknown, tag: Tag, entryBytes: number): boolean {
    if (!isRecord(record)) return false;
    const start = this.#json.length;
    try {
      this.#write(time, record, tag, entryBytes);
      return true;
    } catch {
      // Whatever it was (memory, most likely), no half line stays behind.
      this.#json.length = start;
      return false;
    }
  }

  #write(time: unknown, record: LogFields, tag: Tag, entryBytes: number): void {
    const json = this.#json;
    const date = dateOf(time);
    const isCut = entryBytes > entryLimitBytes;
    // Of two fields of one name the later counts: the router's time goes before what a record calls so.
    const isLast = record['date'] !== undefined;
    json.open();
    if (date !== undefined && !isLast) json.raw('date', date);
    if (isCut) json.shortened(record);
    else json.fields(record);
    this.#names(record, tag);
    if (date !== undefined && isLast) json.raw('date', date);
    json.close();
    this.lines += 1;
    if (isCut) this.cut += 1;
  }

  /** The lines so far; they are UTF-8, whatever came. */
  take(): Buffer {
    const block = this.#json.take();
    this.lines = 0;
    this.cut = 0;
    return isUtf8(block) ? block : Buffer.from(block.toString());
  }

  #names(record: LogFields, { container, task }: Tag): void {
    const hasArn = record['ecs_task_arn'] !== undefined;
    const hasName = record['container_name'] !== undefined;
    if ((hasArn && hasName) || record['kubernetes'] !== undefined) return;
    const json = this.#json;
    if (!hasName && container !== undefined) json.text('container_name', container);
    if (hasArn) return;
    const known = this.#task();
    if (known !== undefined) {
      if (record['ecs_cluster'] === undefined) json.text('ecs_cluster', known.cluster);
      if (record['ecs_task_definition'] === undefined) json.text('ecs_task_definition', `${known.family}:${known.revision}`);
      json.text('ecs_task_arn', known.arn);
      // A container's id on Fargate begins with its task's; which of the containers it is, its name says.
    } else if (record['container_id'] === undefined && task !== undefined) json.text('container_id', `${task}-0`);
  }
}

export function isRecord(value: unknown): value is LogFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array) && !(value instanceof EventTime);
}

let secondOfText = -1;
let secondText = '';

/** As JSON; of a time, or a time with metadata: `[time, {…}]`. Nanoseconds need text, for a number has no room for them. */
function dateOf(given: unknown): string | undefined {
  const time = Array.isArray(given) ? (given as unknown[])[0] : given;
  if (typeof time === 'number') return Number.isFinite(time) && time >= 0 ? String(time) : undefined;
  if (!(time instanceof EventTime)) return undefined;
  const { seconds, nanoseconds } = time;
  if (!(seconds >= 0 && seconds < 253_402_300_800 && nanoseconds < 1e9)) return undefined;
  if (seconds !== secondOfText) {
    secondText = new Date(seconds * 1_000).toISOString().slice(0, 20);
    secondOfText = seconds;
  }
  return `"${secondText}${String(nanoseconds).padStart(9, '0')}Z"`;
}
