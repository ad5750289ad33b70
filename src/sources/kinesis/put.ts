/** Records into a stream, for what ships from a task: one call at a time, what is refused for now tried again. */
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { FargazerError } from '#contract';

export interface StreamEntry {
  content: Uint8Array;
  partitionKey: string;
}

export interface StreamWriter {
  /** At most 500 entries and 5 MiB; for each the code of its failure, undefined where it was put. Throws `output-failed` where none was. */
  putMany(entries: readonly StreamEntry[]): Promise<readonly (string | undefined)[]>;
  close(): void;
}

/** The kit is loaded at the first call; region and endpoint are those of the environment. */
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
      const { PutRecordsCommand } = await import('@aws-sdk/client-kinesis');
      try {
        const { Records = [] } = await (await opened).send(new PutRecordsCommand({ StreamName: stream, Records: entries.map(({ content, partitionKey }) => ({ Data: content, PartitionKey: partitionKey })) }));
        return Records.map(({ ErrorCode }) => ErrorCode);
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
