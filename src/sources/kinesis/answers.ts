/** What answers hold besides what the kit makes of them: records, read here since the kit takes five times as long, and the carrier's time. */
import type { Clock, LiveRecord } from '#contract';

/** Whole, as Kinesis gives records. */
export interface ShardRecord extends LiveRecord {
  content: Uint8Array;
}

export interface AnsweredRecords {
  /** As they came: perhaps out of order, perhaps repeated. */
  records: readonly ShardRecord[];
  /** The carrier's clock when it answered, in whole seconds and so never ahead; ours from before the call where it does not say. */
  carrierMs: number;
}

interface Response {
  statusCode?: number;
  headers?: Record<string, string | undefined>;
  body?: unknown;
}

type Middleware = (next: (sent: never) => Promise<{ response: unknown }>) => (sent: never) => Promise<{ response: unknown }>;

/** The part of a command that is of use here. */
interface Answering {
  middlewareStack: { add(middleware: Middleware, options: { step: 'deserialize'; name: string; priority: 'low' }): void };
}

/** Lets `look` see each answer before the kit reads it. */
function seeAnswer(command: object, look: (response: Response) => Promise<void>): void {
  (command as Answering).middlewareStack.add(
    (next) => async (sent) => {
      const answer = await next(sent);
      if (typeof answer.response === 'object' && answer.response !== null) await look(answer.response);
      return answer;
    },
    { step: 'deserialize', name: 'seeAnswer', priority: 'low' },
  );
}

function dateOf({ headers }: Response): number | undefined {
  const dateMs = Date.parse(headers?.date ?? '');
  return Number.isNaN(dateMs) ? undefined : dateMs;
}

/** The carrier's clock by the answer to this command, asked once it is there; as `AnsweredRecords.carrierMs`. */
export function carrierClock(command: object, clock: Clock): () => number {
  let carrierMs = clock.now();
  seeAnswer(command, (response) => {
    carrierMs = dateOf(response) ?? carrierMs;
    return Promise.resolve();
  });
  return () => carrierMs;
}

/** Takes the records out of the answer to a GetRecords command, so that the kit reads the rest alone; asked once it is there. */
export function readRecordsOf(command: object, clock: Clock): () => AnsweredRecords {
  const answered: AnsweredRecords = { records: [], carrierMs: clock.now() };
  seeAnswer(command, async (response) => {
    answered.carrierMs = dateOf(response) ?? answered.carrierMs;
    if (response.statusCode !== 200) return;
    const { Records, ...rest } = objectOf(JSON.parse((await bodyOf(response.body)).toString('utf8')));
    response.body = Buffer.from(JSON.stringify(rest));
    answered.records = Array.isArray(Records) ? Records.flatMap(recordOf) : [];
  });
  return () => answered;
}

async function bodyOf(body: unknown): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body as AsyncIterable<Uint8Array>) parts.push(part);
  return parts.length === 1 ? Buffer.from(parts[0] as Uint8Array) : Buffer.concat(parts);
}

function recordOf(value: unknown): ShardRecord[] {
  const { SequenceNumber, Data, ApproximateArrivalTimestamp: seconds } = objectOf(value);
  if (typeof SequenceNumber !== 'string') return [];
  // Seconds with three decimals; the product is off by less than half a millisecond.
  const arrivalMs = typeof seconds === 'number' && Number.isFinite(seconds) ? { arrivalMs: Math.round(seconds * 1_000) } : {};
  return [{ content: Buffer.from(typeof Data === 'string' ? Data : '', 'base64'), place: SequenceNumber, ...arrivalMs }];
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
