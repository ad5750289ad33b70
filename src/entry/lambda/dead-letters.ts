/** Dead letters: which records of a batch could not be read, and why; the first few of them, without what they say. */
import type { FileReading } from '#contract';
import { plainName } from '../../telemetry/bounded-values.ts';
import type { LaneOutcome } from '../program/live/lane.ts';
import type { Poison } from './isolate.ts';
import type { Journal } from './journal.ts';
import { toldOf } from './journal.ts';
import type { DeadLetterNote, DeadLetterPort } from './ports.ts';

/** Of one batch; all are counted. A message of SQS each, so that ten thousand bad lines are no flood. */
const mostNotes = 10;
const longestReason = 200;

export function notesOf(shard: string, { reading, objects }: LaneOutcome, poison: readonly Poison[]): DeadLetterNote[] {
  const notes: DeadLetterNote[] = [
    ...poison.map(({ sequence, code }) => ({ from: shard, place: sequence, reason: `it could not be taken in (${code})`, records: 1 })),
    ...objects.unread.map(({ sequence, reason }) => ({ from: shard, place: sequence, reason, records: 1 })),
    ...reading.unreadable.map((one) => unreadableNote(shard, one)),
  ];
  return notes.slice(0, mostNotes).map((note) => ({ ...note, reason: plainName(note.reason, longestReason) }));
}

/** What a decoder's own defect says may quote the record. */
function unreadableNote(shard: string, { reason, count, first }: FileReading['unreadable'][number]): DeadLetterNote {
  const at = reason.startsWith('a defect of') ? reason.indexOf(':') : -1;
  return { from: shard, place: first.eventId ?? '', reason: at < 0 ? reason : reason.slice(0, at), records: count };
}

/** Never throws: what the notes are about is applied or passed over already. */
export async function noteDeadLetters(notes: readonly DeadLetterNote[], port: DeadLetterPort | undefined, journal: Journal): Promise<void> {
  if (notes.length === 0 || port === undefined) return;
  try {
    await port.send(notes);
    journal.say('dead-letters', { notes: notes.length });
  } catch (error) {
    journal.say('dead-letters-failed', { notes: notes.length, code: toldOf(error).code });
  }
}
