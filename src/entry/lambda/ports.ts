/** What the handler needs of AWS beside the store and the sinks; `entry/lambda.ts` speaks it, tests may. */
import type { ListedShard } from '../program/live/tidy.ts';
import type { ObjectPointer } from '../program/live/pointer.ts';
import type { PutMany } from '../../sources/kinesis/put.ts';

export interface StreamShard extends ListedShard {
  /** A record put under this hash key goes into the shard, or into what took its place. */
  startingHashKey: string;
}

export interface StreamPort {
  name: string;
  /** Every shard that the stream lists, closed ones too. */
  shards(): Promise<readonly StreamShard[]>;
  putUnder(hashKey: string, content: Uint8Array): Promise<void>;
  putMany: PutMany;
}

export interface ObjectPort {
  /** Bytes as they are stored; a sentence where it cannot be read and no waiting helps. Throws where waiting may. */
  open(pointer: ObjectPointer): Promise<{ chunks: AsyncGenerator<Buffer, void, void>; note: () => string | undefined } | { unread: string }>;
}

/** Metadata of what could not be processed: where it is and why, never what it says. */
export interface DeadLetterNote {
  /** The shard, or what brought it. */
  from: string;
  /** Sequence number or id of the message. */
  place: string;
  reason: string;
  /** Records of the batch with the same reason. */
  records: number;
}

export interface DeadLetterPort {
  send(notes: readonly DeadLetterNote[]): Promise<void>;
}

/** What Lambda tells of an invocation. */
export interface Invocation {
  requestId: string;
  leftMs(): number;
}
