/** Pages of FilterLogEvents: a span of a group's events in order of their times, to the end. */
import type { CloudWatchLogsClient, FilteredLogEvent, FilterLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { patiently, type Patience } from '../aws.ts';
import { groupName } from './groups.ts';

export interface Span {
  /** Name or ARN. */
  group: string;
  fromMs: number;
  /** The first instant that is not read; open where absent. */
  toMs?: number;
  filter?: string;
}

export interface Asking {
  client: CloudWatchLogsClient;
  patience: Patience;
  /** Waits for the turn of a request. */
  turn: (signal: AbortSignal) => Promise<void>;
}

/** An empty page with a token is not the end, and is given as an empty list. */
export async function* pages({ group, fromMs, toMs, filter }: Span, { client, patience, turn }: Asking): AsyncGenerator<FilteredLogEvent[], void, void> {
  const { FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  let nextToken: string | undefined;
  do {
    const page: FilterLogEventsCommandOutput = await patiently(async () => {
      await turn(patience.signal);
      patience.signal.throwIfAborted();
      const command = new FilterLogEventsCommand({
        ...(group === groupName(group) ? { logGroupName: group } : { logGroupIdentifier: group }),
        startTime: Math.max(0, fromMs),
        // AWS's end is the last instant that is read.
        ...(toMs === undefined ? {} : { endTime: toMs - 1 }),
        ...(filter === undefined ? {} : { filterPattern: filter }),
        ...(nextToken === undefined ? {} : { nextToken }),
      });
      return client.send(command, { abortSignal: patience.signal });
    }, patience);
    nextToken = page.nextToken === '' ? undefined : page.nextToken;
    yield page.events ?? [];
  } while (nextToken !== undefined);
}

/** An event as the decoder reads it, JSON without a newline; `group` is the name, not the ARN. */
export function eventJson(group: string, { logStreamName, timestamp, ingestionTime, message, eventId }: FilteredLogEvent): string {
  return JSON.stringify({ logGroupIdentifier: group, logStreamName, timestamp, ingestionTime, message, eventId });
}
