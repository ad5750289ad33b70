/** One followed path: reads its file to the end, and what it was rotated to before what came in its place. */
import { stat } from 'node:fs/promises';
import { FargazerError, type Clock, type JsonValue, type LaneHealth } from '#contract';
import { blockBytes, lastLineEnd, nextBlock, type Block } from './follow-block.ts';
import { compare, fromPosition, headBytes, markOf, mostPast, toPosition, type Mark } from './follow-mark.ts';
import { codeOf, findMoved, isPacked, look, openFile, rotatedSince, type Opened } from './follow-rotated.ts';

/** A writer that was told to open its file anew does so within a second or two; until then it writes to the old one. */
export const rotationQuietMs = 5_000;
/** A line without its newline holds back for so long how far the lane is complete. */
const partialHoldMs = 5_000;
/** Between two tries at a file that may not be read. */
const retryMs = 5_000;

export interface LaneSettings {
  path: string;
  /** What was saved of it; undefined where it is followed for the first time. */
  position: JsonValue | undefined;
  /** Begin at the end of the file that is there now. */
  isFromEnd: boolean;
  /** A path that was named as it is: where it may not be read at first, that is told as an error. */
  isNamed: boolean;
  clock: Clock;
  /** Is this file read by another lane, or was it? */
  isTaken: (file: Opened) => Promise<boolean>;
}

export class FollowedLane {
  readonly path: string;
  /** Everything before this instant was given; never falls. */
  completeToMs: number | undefined;
  /** Since when there is no file under the path and nothing left to read; undefined while there is. */
  goneSinceMs: number | undefined;

  private readonly settings: LaneSettings;
  private current: Opened | undefined;
  private mark: Mark | undefined;
  private past: Mark[];
  /** The file of the mark is not open and has to be looked for. */
  private isLost: boolean;
  private isFromEnd: boolean;
  /** Last change of a file that was rotated away: there may be others between it and the path's own. */
  private changedMs: number | undefined;
  private searchedTo = 0;
  private seen = { size: -1, mtimeMs: -1 };
  private grewMs = 0;
  /** Since when it is known that the file is no longer under the path. */
  private movedMs: number | undefined;
  /** The last look at the file, and its size then. */
  private looked: { ms: number; size: number } | undefined;
  private partialSinceMs: number | undefined;
  private failure: { reason: string; sinceMs: number; retryAtMs: number } | undefined;
  private note: string | undefined;
  private hasOpened = false;

  constructor(settings: LaneSettings) {
    this.settings = settings;
    this.path = settings.path;
    const { mark, past } = fromPosition(settings.position);
    this.mark = mark;
    this.past = [...past];
    this.isLost = mark !== undefined;
    this.isFromEnd = settings.isFromEnd;
  }

  position(): JsonValue {
    return toPosition({ ...(this.mark === undefined ? {} : { mark: this.mark }), past: this.past });
  }

  /** Does a file belong to what this lane reads or has read? */
  async knows(file: Opened): Promise<boolean> {
    for (const mark of [...(this.mark === undefined ? [] : [this.mark]), ...this.past]) if ((await compare(mark, file.handle)) !== undefined) return true;
    return false;
  }

  health(): LaneHealth {
    const { failure, note } = this;
    if (failure !== undefined) return { lane: this.path, state: 'failing', reason: failure.reason, sinceMs: failure.sinceMs };
    if (this.current === undefined) return { lane: this.path, state: 'waiting', reason: note ?? 'There is no file of this name now.', ...(this.goneSinceMs === undefined ? {} : { sinceMs: this.goneSinceMs }) };
    return { lane: this.path, state: 'reading', ...(note === undefined ? {} : { reason: note }), ...(this.completeToMs === undefined ? {} : { behindMs: Math.max(0, this.settings.clock.now() - this.completeToMs) }) };
  }

  /** The next block, or undefined where there is none for now. */
  async next(): Promise<Block | undefined> {
    const nowMs = this.settings.clock.now();
    if (this.failure !== undefined && nowMs < this.failure.retryAtMs && this.failure.retryAtMs - nowMs <= retryMs) return undefined;
    try {
      const block = await this.advance(nowMs);
      this.failure = undefined;
      return block;
    } catch (error) {
      if (error instanceof FargazerError) throw error;
      await this.fail(error, nowMs);
      return undefined;
    }
  }

  async close(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    this.isLost = this.mark !== undefined;
    await current?.handle.close().catch(() => undefined);
  }

  private async advance(nowMs: number): Promise<Block | undefined> {
    // Each turn opens a file or is done with one; more than a few at once wait for the next look.
    for (let turn = 0; turn <= mostPast; turn += 1) {
      if (this.current === undefined) await this.begin(nowMs);
      const { current } = this;
      if (current === undefined || this.mark === undefined) {
        this.goneSinceMs ??= nowMs;
        this.completeTo(nowMs);
        return undefined;
      }
      this.goneSinceMs = undefined;
      const { size, mtimeMs } = await look(current.handle);
      if (size !== this.seen.size || mtimeMs !== this.seen.mtimeMs) {
        if ((await compare(this.mark, current.handle)) !== 'same') {
          await this.truncated(current, nowMs);
          continue;
        }
        this.seen = { size, mtimeMs };
        this.grewMs = nowMs;
      }
      const before = this.looked;
      this.looked = { ms: nowMs, size };
      const block = await this.take(current, size, false);
      if (block !== undefined) {
        await this.completeBehind(block, current, before);
        return block;
      }
      if ((await inodeAt(this.path)) === current.inode) {
        this.movedMs = undefined;
        this.partialSinceMs = size > this.mark.offset ? (this.partialSinceMs ?? nowMs) : undefined;
        if (this.partialSinceMs === undefined || nowMs - this.partialSinceMs > partialHoldMs) this.completeTo(nowMs);
        return undefined;
      }
      // Rotated away, or deleted. Whoever writes it may not know yet.
      this.movedMs ??= nowMs;
      if (nowMs - Math.max(this.grewMs, this.movedMs) < rotationQuietMs) return undefined;
      const last = await this.take(current, size, true);
      if (last !== undefined) return last;
      await this.leave(current);
    }
    return undefined;
  }

  private async take(current: Opened, size: number, isLast: boolean): Promise<Block | undefined> {
    const mark = this.mark!;
    const { block, searchedTo } = await nextBlock(current.handle, mark.offset, this.searchedTo, size, isLast);
    this.searchedTo = searchedTo;
    if (block === undefined) return undefined;
    this.partialSinceMs = undefined;
    const isHeadWhole = mark.head !== undefined && mark.head.bytes >= headBytes;
    this.mark = isHeadWhole ? { ...mark, offset: block.end } : await markOf(current.handle, current.inode, block.end);
    return block;
  }

  /** A file that is written all the time never has nothing to give: how far it is complete is told with its blocks too. */
  private async completeBehind({ start, end }: Block, current: Opened, before: { ms: number; size: number } | undefined): Promise<void> {
    const { ms, size } = this.looked!;
    // Beyond the block there may be complete lines.
    if (size - start > blockBytes || (await inodeAt(this.path)) !== current.inode) return;
    if (end === size) this.completeTo(ms);
    // The line that is not complete began after the look before this one.
    else if (before !== undefined && end >= before.size) this.completeTo(before.ms);
  }

  /** Opens the file to read now; leaves none open where there is none. */
  private async begin(nowMs: number): Promise<void> {
    if (this.isLost && this.mark !== undefined && (await this.find(this.mark, nowMs))) return;
    if (this.changedMs !== undefined) {
      const between = await this.between(this.changedMs);
      if (between !== undefined) return this.use(between, { inode: between.inode, offset: 0 }, nowMs);
      this.changedMs = undefined;
    }
    const opened = await openFile(this.path);
    if (opened === undefined) return;
    const known = await this.inPast(opened);
    if (known !== undefined) {
      this.past = this.past.filter((one) => one !== known);
      return this.use(opened, { ...known, inode: opened.inode }, nowMs);
    }
    const isRefused = (await isPacked(opened)) ? 'The file is packed, and a packed file does not grow: read it with replay.' : (await this.settings.isTaken(opened)) ? 'The file was read under another name.' : undefined;
    if (isRefused !== undefined) {
      this.note = isRefused;
      await opened.handle.close();
      return;
    }
    const offset = this.isFromEnd ? await lastLineEnd(opened.handle, opened.size) : 0;
    await this.use(opened, await markOf(opened.handle, opened.inode, offset), nowMs);
  }

  /** Looks for the file that was read before; the path's own first, then what it was moved or copied to. */
  private async find(mark: Mark, nowMs: number): Promise<boolean> {
    const own = await openFile(this.path);
    const ownLikeness = own === undefined ? undefined : await compare(mark, own.handle);
    const moved = ownLikeness === 'same' ? undefined : await findMoved(this.path, mark);
    const isOwn = ownLikeness === 'same' || (ownLikeness === 'copy' && moved?.likeness !== 'same');
    const found = isOwn ? own : moved?.opened;
    for (const opened of [own, moved?.opened]) if (opened !== undefined && opened !== found) await opened.handle.close();
    this.isLost = false;
    if (found === undefined) {
      if (mark.offset > 0) this.note = 'The file that was read before is gone; what it may still have held was not read.';
      this.past = [...this.past, mark].slice(-mostPast);
      this.mark = undefined;
      return false;
    }
    this.changedMs = isOwn ? undefined : found.changedMs;
    await this.use(found, { ...mark, inode: found.inode }, nowMs);
    return true;
  }

  /** The oldest file that was rotated away after the one read last, and that nobody read. */
  private async between(changedMs: number): Promise<Opened | undefined> {
    for (const path of await rotatedSince(this.path, changedMs)) {
      const opened = await openFile(path).catch(() => undefined);
      if (opened === undefined) continue;
      if (!(await this.knows(opened)) && !(await this.settings.isTaken(opened))) {
        this.changedMs = opened.changedMs;
        return opened;
      }
      await opened.handle.close();
    }
    return undefined;
  }

  private async inPast(opened: Opened): Promise<Mark | undefined> {
    for (const mark of this.past) if ((await compare(mark, opened.handle)) !== undefined) return mark;
    return undefined;
  }

  private async use(opened: Opened, mark: Mark, nowMs: number): Promise<void> {
    await this.current?.handle.close();
    this.current = opened;
    this.mark = mark;
    this.searchedTo = mark.offset;
    this.seen = { size: -1, mtimeMs: -1 };
    this.grewMs = nowMs;
    this.movedMs = undefined;
    this.looked = undefined;
    this.partialSinceMs = undefined;
    this.hasOpened = true;
    this.isFromEnd = false;
    if (this.note !== undefined && !this.note.startsWith('The file that was read before')) this.note = undefined;
  }

  /** The file was emptied and written anew, perhaps after it was copied: the rest of the copy comes first. */
  private async truncated(current: Opened, nowMs: number): Promise<void> {
    const mark = this.mark!;
    const copy = await findMoved(this.path, mark);
    if (copy !== undefined && copy.opened.size > mark.offset) return this.use(copy.opened, { ...mark, inode: copy.opened.inode }, nowMs);
    await copy?.opened.handle.close();
    if (mark.head !== undefined && copy !== undefined) this.past = [...this.past, { ...mark, inode: copy.opened.inode }].slice(-mostPast);
    this.mark = { inode: current.inode, offset: 0 };
    this.searchedTo = 0;
    this.looked = undefined;
    this.seen = { size: -1, mtimeMs: -1 };
  }

  /** Done with a file that is no longer under the path. */
  private async leave(current: Opened): Promise<void> {
    if (this.mark !== undefined && this.mark.offset > 0) this.past = [...this.past, this.mark].slice(-mostPast);
    this.changedMs = (await look(current.handle)).mtimeMs;
    this.mark = undefined;
    this.current = undefined;
    await current.handle.close();
  }

  private async fail(error: unknown, nowMs: number): Promise<void> {
    await this.close();
    const code = codeOf(error);
    const isDenied = code === 'EACCES' || code === 'EPERM';
    if (isDenied && this.settings.isNamed && !this.hasOpened) {
      throw new FargazerError('source-denied', `The file ${this.path} may not be read: no permission. Nothing of it was read. Give yourself the right to read it.`, { cause: error });
    }
    const reason = isDenied ? 'The file may not be read: no permission.' : `The file cannot be read (${code}).`;
    this.failure = { reason, sinceMs: this.failure?.sinceMs ?? nowMs, retryAtMs: nowMs + retryMs };
  }

  private completeTo(nowMs: number): void {
    this.completeToMs = Math.max(this.completeToMs ?? nowMs, nowMs);
  }
}

async function inodeAt(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
