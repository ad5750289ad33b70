/** A body as an HTTP output of a log router sends it: JSON in three forms or MessagePack, packed or not, read as it comes. */
import { EntryLines } from './entry-lines.ts';
import type { Inbox } from './inbox.ts';
import { JsonValues } from './json-values.ts';
import { LineWriter, tagOf, type KnownTask } from './line.ts';
import { packingOf, unpacker, type Packing, type Unpacker } from './unpack.ts';
import { Values } from './values.ts';

export interface HttpBody {
  /** The bytes may be used again once it resolves. */
  take(bytes: Buffer): Promise<void>;
  /** Whether anything of it was readable; a body of nothing is. */
  end(): Promise<boolean>;
  /** More of it is not looked at. */
  readonly isFull: boolean;
}

/** `coding` as the request names it; packed bytes are known without it. */
export function httpBody(coding: string, inbox: Inbox, task: () => KnownTask | undefined): HttpBody {
  let content: { take(bytes: Buffer): void; end(): boolean } | undefined;
  let packed: Unpacker | undefined;
  let isEmpty = true;
  const takePlain = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    // Space before JSON; no entry begins with a number so small.
    const from = content === undefined ? bytes.findIndex((byte) => byte > 0x20) : 0;
    if (from < 0) return;
    const first = bytes[from]!;
    content ??= first >= 0x80 && first !== 0xef ? entries(inbox, task) : json(inbox);
    content.take(from === 0 ? bytes : bytes.subarray(from));
  };
  return {
    get isFull() {
      return packed?.problem !== undefined;
    },
    async take(bytes) {
      if (bytes.length === 0) return;
      if (isEmpty) {
        const packing = packingOf(bytes[0]!) ?? named(coding);
        if (packing !== undefined) packed = unpacker(packing, takePlain);
      }
      isEmpty = false;
      if (packed === undefined) takePlain(bytes);
      else await packed.write(bytes);
    },
    async end() {
      await packed?.end();
      if (packed?.problem === 'damaged') inbox.lose('or more were in a body whose compression is damaged', 1);
      if (packed?.problem === 'too large') inbox.lose('or more were in a body that unpacks to far more than log lines do', 1);
      return content === undefined ? isEmpty || packed?.problem === undefined : content.end();
    },
  };
}

function named(coding: string): Packing | undefined {
  return coding === 'deflate' ? 'deflate' : undefined;
}

function json(inbox: Inbox): { take(bytes: Buffer): void; end(): boolean } {
  const values = new JsonValues(inbox);
  return {
    take: (bytes) => values.take(bytes),
    end() {
      values.end();
      return values.isReadable;
    },
  };
}

function entries(inbox: Inbox, task: () => KnownTask | undefined): { take(bytes: Buffer): void; end(): boolean } {
  const lines = new EntryLines(inbox, new LineWriter(task), tagOf(''));
  const values: Values = new Values((bytes, start, ends) => {
    lines.add(bytes, start, ends);
    if (lines.isHopeless) values.giveUp();
  });
  return {
    take(bytes) {
      if (!values.isBroken) values.take(bytes, 0, bytes.length);
      lines.flush();
    },
    end() {
      if (values.isOpen || values.isBroken) inbox.lose('or more were within a body that is damaged or cut off', 1);
      if (values.dropped > 0) inbox.lose('were too long to be held', values.dropped);
      values.reset();
      return lines.isReadable;
    },
  };
}
