/** Records into a stream: in as few calls as its limits allow, and what it refuses for now is given back, and nothing else with it. */
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { FargazerError } from '#contract';

export interface StreamEntry {
  content: Uint8Array;
  partitionKey: string;
}

/** One call: at most 500 entries and 5 MiB; for each the code of its failure, undefined where it was put. */
export type PutMany = (entries: readonly StreamEntry[]) => Promise<readonly (string | undefined)[]>;

/** Limits of PutRecords: 500 records, 5 MiB with their keys. */
const mostEntries = 500;
const mostBytes = 4_500_000;

/** Gives what was refused for now, with the code of the last of them. Throws what a call throws: what went before is put. */
export async function putOnce(entries: readonly StreamEntry[], putMany: PutMany): Promise<{ refused: StreamEntry[]; code: string }> {
  const refused: StreamEntry[] = [];
  let code = '';
  for (const group of groupsOf(entries)) {
    const failures = await putMany(group);
    for (const [at, entry] of group.entries()) {
      // An answer that is too short tells of the rest that it was not put: twice is better than never.
      const failure = at < failures.length ? failures[at] : 'NoAnswer';
      if (failure === undefined) continue;
      code = failure;
      refused.push(entry);
    }
  }
  return { refused, code };
}

function* groupsOf(entries: readonly StreamEntry[]): Generator<StreamEntry[]> {
  let group: StreamEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const own = entry.content.length + entry.partitionKey.length;
    if (group.length === mostEntries || (group.length > 0 && bytes + own > mostBytes)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(entry);
    bytes += own;
  }
  if (group.length > 0) yield group;
}

export function putManyInto(stream: string, client: KinesisClient): PutMany {
  return async (entries) => {
    const { PutRecordsCommand } = await import('@aws-sdk/client-kinesis');
    const { Records = [] } = await client.send(new PutRecordsCommand({ StreamName: stream, Records: entries.map(({ content, partitionKey }) => ({ Data: content, PartitionKey: partitionKey })) }));
    return Records.map(({ ErrorCode }) => ErrorCode);
  };
}

export interface StreamWriter {
  /** Throws `output-failed` where the stream took nothing. */
  putMany: PutMany;
  close(): void;
}

/** For what ships from a task: the kit is loaded at the first call; region and endpoint are those of the environment. */
export function streamWriter(stream: string): StreamWriter {
  let opened: Promise<KinesisClient> | undefined;
  const open = async (): Promise<KinesisClient> => {
    const { KinesisClient } = await import('@aws-sdk/client-kinesis');
    // Without tries of the kit's own: whoever ships has a queue, and its own patience.
    return new KinesisClient({ maxAttempts: 1 });
  };
  return {
    async putMany(entries) {
      opened ??= open();
      try {
        return await putManyInto(stream, await opened)(entries);
      } catch (error) {
        const name = error instanceof Error && /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : 'unknown';
        throw new FargazerError('output-failed', `The stream ${stream} took nothing (${name}).`, { cause: error });
      }
    },
    close() {
      void opened?.then((client) => client.destroy());
    },
  };
}
