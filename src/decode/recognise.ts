/** Recognition of lines of text by their first records; JSON values are recognised one by one instead. */
import type { DecodeSettings, Decoder, RawRecord } from '#contract';
import { parsed, unwrap } from './envelope.ts';
import { decoderById, lineDecoders, plainText, valueDecoders } from './formats.ts';

/** The decoder of a file of lines: the most certain, among equals the first of the list; plain text where none is. */
export function recogniseLines(head: readonly RawRecord[], settings: DecodeSettings): Decoder {
  const flowLog = decoderById('flow-log');
  if (flowLog !== undefined && hasFlowFields(head, settings)) return flowLog;
  let best: Decoder = plainText;
  let certainty = 0;
  for (const decoder of lineDecoders) {
    const own = decoder.recognise(head);
    if (own > certainty) {
      best = decoder;
      certainty = own;
    }
  }
  return best;
}

/** The decoder of one line that came in an envelope, or undefined for a line of an ordinary log. */
export function lineDecoder(record: RawRecord, settings: DecodeSettings): Decoder | undefined {
  const flowLog = decoderById('flow-log');
  if (flowLog !== undefined && hasFlowFields([record], settings)) return flowLog;
  return enclosedDecoders.find((decoder) => decoder.recognise([record]) >= 1);
}

/** True where the values among a file's first lines are all log lines of a program's own, and of no format. */
export function isOwnJsonLog(lines: readonly string[]): boolean {
  let count = 0;
  for (const line of lines) {
    const value = line.startsWith('{') ? parsed(line) : undefined;
    if (value === undefined) continue;
    if (plainText.accepts?.(value) !== true || unwrap(value) !== undefined) return false;
    if (valueDecoders.some((decoder) => decoder.accepts?.(value) === true)) return false;
    count++;
  }
  return count > 0;
}

/** Formats whose single line tells what it is, also far from the file it would stand in. */
const enclosedDecoders = lineDecoders.filter(({ id }) => id === 'flow-log' || id === 'load-balancer');

/** Lines have as many fields as the user named. */
function hasFlowFields(head: readonly RawRecord[], { flowFields }: DecodeSettings): boolean {
  if (flowFields === undefined || flowFields.length === 0 || head.length === 0) return false;
  const fitting = head.filter(({ text }) => text.trim().split(/\s+/).length === flowFields.length).length;
  return fitting > head.length / 2;
}
