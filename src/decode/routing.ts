/** Routes one record to the decoder that knows it, through envelopes where there are some. */
import type { Decoded, Decoder, DecoderRun, FargazerEvent, JsonValue, Origin, RawRecord } from '#contract';
import { cloudWatchLogs, enclosedLine } from './cloudwatch-logs.ts';
import { parsed, unwrap, type Enclosed } from './envelope.ts';
import { maskSecrets } from './mask.ts';
import { plainText, valueDecoders } from './formats.ts';
import { isObject } from './fields.ts';
import { beginsAsJson, reasons } from './framing.ts';
import { isNestedTooDeep } from './framing-json-lines.ts';
import type { Instant } from './instant.ts';
import { openPlainText } from './plain-text.ts';
import { lineDecoder } from './recognise.ts';
import type { StreamOptions } from './stream.ts';
import type { Tally } from './reading.ts';

/** Layers of envelopes taken off: a subscription in Kinesis in a Lambda batch in an array has four. */
const layerLimit = 6;

export interface Router {
  /** A record for one decoder, known already. */
  decodeBy(decoder: Decoder, record: RawRecord): void;
  /** A JSON value of any format. */
  value(record: RawRecord & { value: JsonValue }): void;
  unreadable(reason: string, origin: Origin, raw: string): void;
  /** The run of a decoder that decoded something already. */
  openRun(decoder: Decoder): DecoderRun | undefined;
  /** Events decoded since `forget`; asked line by line by the fast way, which learns from them. */
  readonly decoded: FargazerEvent[];
  forget(): void;
  /** The first time that the file's head tells, for lines of text before it. */
  tellFirstTime(time: Instant | undefined): void;
  /** What the decoders say of the file as a whole. */
  notes(): string[];
}

export function router(options: StreamOptions, tally: Tally, wanted: Decoder | undefined): Router {
  const { settings, intake, watch } = options;
  const { reading } = tally;
  /** The one decoder for everything; what CloudWatch Logs carries is of other formats. */
  const named = wanted === cloudWatchLogs ? undefined : wanted;
  const runs = new Map<Decoder, DecoderRun>();
  const decodedEvents: FargazerEvent[] = [];
  let isKept = false;
  let last: Decoder | undefined;
  let firstTime: Instant | undefined;

  const runOf = (decoder: Decoder): DecoderRun => {
    let run = runs.get(decoder);
    if (run === undefined) {
      run = decoder === plainText ? openPlainText(settings, firstTime) : decoder.open(settings);
      runs.set(decoder, run);
    }
    return run;
  };

  const unreadable = (reason: string, origin: Origin, raw: string): void => {
    reading.records++;
    tally.unreadable(reason, origin, raw);
  };

  const take = (event: FargazerEvent): void => {
    reading.events++;
    if (isKept) decodedEvents.push(event);
    intake.take(event);
    watch?.(event.origin, event);
  };

  const decodeBy = (decoder: Decoder, record: RawRecord, enclosed?: Enclosed): void => {
    let decoded: Decoded;
    try {
      decoded = runOf(decoder).decode(record);
    } catch (error) {
      // A defect of ours must cost one record, not the file.
      decoded = { unreadable: `a defect of the ${decoder.id} decoder: ${error instanceof Error ? error.message : 'unknown'}` };
    }
    if ('unreadable' in decoded) {
      unreadable(decoded.unreadable, record.origin, record.text);
      return;
    }
    reading.records++;
    tally.record(decoder.id);
    if ('skipped' in decoded) {
      tally.skipped(decoded.skipped);
      return;
    }
    const { events } = decoded;
    for (let index = 0; index < events.length; index++) {
      const event = events[index] as FargazerEvent;
      if (enclosed !== undefined) addCarrier(event, enclosed, events.length > 1 ? `${index}` : '');
      take(event);
    }
  };

  const valueDecoderOf = (value: JsonValue): Decoder | undefined => {
    if (named !== undefined) return named.accepts === undefined || named.accepts(value) ? named : undefined;
    if (last?.accepts?.(value) === true) return last;
    for (const decoder of valueDecoders) {
      if (decoder !== last && decoder.accepts?.(value) === true) return (last = decoder);
    }
    return undefined;
  };

  const value = (record: RawRecord & { value: JsonValue }, layers = 0, enclosed?: Enclosed): void => {
    const decoder = valueDecoderOf(record.value);
    if (decoder !== undefined) {
      decodeBy(decoder, record, enclosed);
      return;
    }
    const unwrapped = unwrap(record.value);
    if (unwrapped === undefined) {
      if (named === undefined && plainText.accepts?.(record.value) === true) decodeBy(plainText, record, enclosed);
      else if (named !== undefined) decodeBy(named, record, enclosed);
      else unreadable(whyUnknown(record.value), record.origin, record.text);
    } else if ('unreadable' in unwrapped) unreadable(unwrapped.unreadable, record.origin, record.text);
    else if ('skipped' in unwrapped) {
      reading.records++;
      tally.skipped(unwrapped.skipped);
    } else if (layers >= layerLimit) unreadable('envelopes within envelopes: more than 6 layers are not taken off', record.origin, record.text);
    else {
      let index = 0;
      for (const inner of unwrapped.enclosed) {
        const origin: Origin = { ...record.origin };
        // Within an array or a wrapper the position is that of the element; what an element encloses shares it.
        if (origin.record === undefined) origin.record = index;
        if (inner.eventId !== undefined) origin.eventId = inner.eventId;
        index++;
        enter(inner, origin, layers + 1, record.carrierTimeMs);
      }
    }
  };

  /** What an envelope held: a value, or a message that may be one. */
  const enter = (inner: Enclosed, origin: Origin, layers: number, outerTimeMs: number | undefined): void => {
    const record: RawRecord = { text: inner.text, origin };
    const carrierTimeMs = inner.carrierTimeMs ?? outerTimeMs;
    if (carrierTimeMs !== undefined) record.carrierTimeMs = carrierTimeMs;
    if (inner.value !== undefined) {
      value({ ...record, value: inner.value }, layers);
      return;
    }
    if (beginsAsJson(Buffer.from(inner.text.slice(0, 64)), 0, 64) && inner.text.length > 1) {
      const bytes = Buffer.from(inner.text);
      if (isNestedTooDeep(bytes, 0, bytes.length)) {
        unreadable(reasons.tooDeep, origin, inner.text);
        return;
      }
      const found = parsed(inner.text);
      if (isObject(found)) {
        const decoder = valueDecoderOf(found);
        if (decoder !== undefined) {
          decodeBy(decoder, { ...record, value: found }, inner);
          return;
        }
        if (unwrap(found) !== undefined) {
          value({ ...record, value: found }, layers, inner);
          return;
        }
      }
    }
    if (inner.text.trim() === '') {
      reading.records++;
      tally.skipped('an empty message');
      return;
    }
    decodeBy(named ?? lineDecoder(record, settings) ?? (inner.subject === undefined ? plainText : cloudWatchLogs), record, inner);
  };

  return {
    decodeBy(decoder, record) {
      const inner = decoder === cloudWatchLogs ? enclosedLine(record.text) : undefined;
      if (inner === undefined) decodeBy(decoder, record);
      else enter(inner, record.origin, 0, record.carrierTimeMs);
    },
    value: (record) => value(record),
    unreadable,
    openRun: (decoder) => runs.get(decoder),
    decoded: decodedEvents,
    forget() {
      isKept = true;
      decodedEvents.length = 0;
    },
    tellFirstTime(time) {
      firstTime = time;
    },
    notes: () => [...new Set([...runs.values()].flatMap((run) => run.notes?.() ?? []))],
  };
}

/** Adds what the carrier knows and the record does not: its id and, for lines of logs, whose they are. */
function addCarrier(event: FargazerEvent, { eventId, subject }: Enclosed, part: string): void {
  if (eventId !== undefined && !event.hasOwnId) {
    event.id = part === '' ? eventId : `${eventId}#${part}`;
    event.hasOwnId = true;
  }
  if (subject !== undefined && event.kind === 'log') event.subject = { ...subject, ...event.subject };
}

/** `no known format: keys a, b, c`, masked and bounded. */
function whyUnknown(value: JsonValue): string {
  if (!isObject(value)) return `no known format: ${Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`}, not an object`;
  const keys: string[] = [];
  let more = 0;
  for (const key in value) {
    if (keys.length < 8) keys.push(maskSecrets(key.slice(0, 40)).replace(/\p{C}/gu, '?'));
    else more++;
  }
  if (keys.length === 0) return 'no known format: an empty object';
  return `no known format: keys ${keys.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

