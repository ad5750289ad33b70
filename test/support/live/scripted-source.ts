/** A live source whose lanes are lists: what stands in them is read, what is added later too, and it fails when told to. */
import type { JsonValue, LaneHealth, LiveBatch, LiveSource } from '#contract';

export interface ScriptedRecord {
  content: string | Uint8Array;
  arrivalMs?: number;
}

/** What a lane gives at once. */
export interface ScriptedBatch {
  records: readonly ScriptedRecord[];
  completeToMs?: number;
}

export interface ScriptedSource extends LiveSource {
  /** Batches that were asked for and given, those that tell of lanes among them. */
  readonly given: number;
  add(lane: string, ...batches: ScriptedBatch[]): void;
  /** What it throws when it is asked for more. */
  fail(error: Error): void;
  /** How a lane is said to do, in place of reading. */
  trouble(lane: string, health: Partial<LaneHealth>): void;
  /** Positions of steps that were committed, the last one. */
  readonly committedTo: ReadonlyMap<string, JsonValue>;
}

export function scriptedSource(name: string, script: Readonly<Record<string, readonly ScriptedBatch[]>>): ScriptedSource {
  const lanes = new Map(Object.entries(script).map(([lane, batches]) => [lane, [...batches]]));
  const healths = new Map<string, Partial<LaneHealth>>();
  let wake: (() => void) | undefined;
  let failure: Error | undefined;
  let given = 0;
  let committedTo: ReadonlyMap<string, JsonValue> = new Map();

  return {
    name,
    get given() {
      return given;
    },
    get committedTo() {
      return committedTo;
    },
    async *read(resume, signal) {
      const at = new Map([...lanes.keys()].map((lane) => [lane, (resume.get(lane) as number | undefined) ?? 0]));
      for (const [lane, position] of at) {
        given += 1;
        yield { lane, records: [], position };
      }
      while (!signal.aborted) {
        if (failure !== undefined) throw failure;
        let isIdle = true;
        for (const [lane, batches] of lanes) {
          const position = at.get(lane) ?? 0;
          const batch = batches[position];
          if (batch === undefined) continue;
          isIdle = false;
          at.set(lane, position + 1);
          given += 1;
          yield batchOf(lane, batch, position);
          if (signal.aborted) return;
        }
        if (!isIdle) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    },
    committed(positions) {
      committedTo = positions;
      return Promise.resolve();
    },
    health: () => [...lanes.keys()].map((lane) => ({ lane, state: 'reading', ...healths.get(lane) })),
    add(lane, ...batches) {
      const known = lanes.get(lane);
      if (known === undefined) lanes.set(lane, batches);
      else known.push(...batches);
      wake?.();
    },
    fail(error) {
      failure = error;
      wake?.();
    },
    trouble: (lane, health) => void healths.set(lane, health),
  };
}

function batchOf(lane: string, { records, completeToMs }: ScriptedBatch, position: number): LiveBatch {
  return {
    lane,
    records: records.map(({ content, arrivalMs }, index) => ({
      content: typeof content === 'string' ? Buffer.from(content) : content,
      place: `${position}.${index}`,
      ...(arrivalMs === undefined ? {} : { arrivalMs }),
    })),
    position: position + 1,
    ...(completeToMs === undefined ? {} : { completeToMs }),
  };
}
