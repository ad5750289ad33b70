/** `fargazer-events`: what the sensor sees and what sidecars ship, as published in `docs/fargazer-events.md`. */
import { feedNames, publishedKinds, publishedVersion, type Decoded, type Decoder, type JsonValue, type RawRecord } from '#contract';
import { sharedFields } from './event-base.ts';
import { isObject, textOf } from './fields.ts';
import { latestMs } from './instant.ts';
import { oneOf, publishedSubject, wholeIn } from './published-fields.ts';
import { readers } from './published-kinds.ts';

export const fargazerEvents: Decoder = {
  id: 'fargazer-events',
  title: 'Events of the fargazer sidecar',
  source: 'https://github.com/fargazer/fargazer/blob/main/docs/fargazer-events.md',
  feed: 'sensor',
  framing: 'json',
  recognise: (head) => (head[0]?.value !== undefined && accepts(head[0].value) ? 1 : 0),
  accepts,
  open: () => ({ decode }),
};

function accepts(value: JsonValue): boolean {
  return isObject(value) && value['fargazer'] === 'event';
}

function decode(record: RawRecord): Decoded {
  const { value } = record;
  if (!isObject(value)) return { unreadable: 'expected an event of the fargazer sidecar' };
  if (value['version'] !== publishedVersion) return { unreadable: `an event of version ${textOf(value['version']).slice(0, 12)}; this release reads version ${publishedVersion}` };
  const kind = oneOf(publishedKinds, value['kind']);
  if (kind === undefined) return { unreadable: `a fargazer event of kind "${textOf(value['kind']).slice(0, 24)}", which is none of ${publishedKinds.join(', ')}` };
  const timeMs = wholeIn(value['timeMs'], 0, latestMs);
  const id = textOf(value['id']).slice(0, 128);
  if (timeMs === undefined || id === '') return { unreadable: 'a fargazer event without timeMs or id' };
  const feed = oneOf(feedNames, value['feed']) ?? 'sensor';
  const shared = sharedFields(feed, record, { timeMs, timeNs: wholeIn(value['timeNs'], 0, 999_999) ?? 0 }, publishedSubject(value['subject']), id);
  shared.count = wholeIn(value['count'], 1, 1e9) ?? 1;
  const event = readers[kind](value, shared);
  return event === undefined ? { unreadable: `a fargazer event of kind "${kind}" lacks a field, or has one out of its bounds` } : { events: [event] };
}
