/** What `fargazer tail` follows, from the words of a command line to sources with their options. */
import { existsSync } from 'node:fs';
import { FargazerError } from '#contract';
import { nearest } from '../config/index.ts';
import { parseFollowed } from '../sources/remote.ts';
import { remoteWords } from './program/remote.ts';

export interface PlaceSettings {
  /** Files and streams are read from what they hold already. */
  isFromStart: boolean;
  isLiveTail: boolean;
}

export interface Place {
  kind: 'cloudwatch-logs' | 'kinesis' | 'file' | 'stdin';
  /** As the schema of the source takes them. */
  options: Record<string, unknown>;
}

/** Throws `usage` where a place is wrong. */
export function placeOf(text: string, { isFromStart, isLiveTail }: PlaceSettings): Place {
  if (text === '-') return { kind: 'stdin', options: {} };
  const file: Place = { kind: 'file', options: { path: text, from: isFromStart ? 'start' : 'end' } };
  if (existsSync(text)) return file;
  const stream = /^kinesis:(?:\/\/)?([^?]*)(?:\?([^]*))?$/i.exec(text);
  if (stream !== null) return kinesisPlace(text, stream[1] ?? '', stream[2] ?? '', isFromStart);
  const followed = parseFollowed(text, remoteWords());
  if (followed === undefined) return file;
  const { groups, fromMs, filter, region } = followed;
  return {
    kind: 'cloudwatch-logs',
    options: {
      groups,
      ...(fromMs === undefined ? {} : { start: new Date(fromMs).toISOString() }),
      ...(filter === undefined ? {} : { filter }),
      ...(region === undefined ? {} : { region }),
      liveTail: isLiveTail,
    },
  };
}

const parameters = ['from', 'region'];

function kinesisPlace(text: string, stream: string, query: string, isFromStart: boolean): Place {
  const shown = text.length > 120 ? `${text.slice(0, 119)}…` : text;
  const wrong = (what: string): FargazerError => new FargazerError('usage', `${shown}: ${what}. Nothing was read.`);
  const given = new Map<string, string>();
  for (const part of query.split('&').filter((each) => each !== '')) {
    const equals = part.indexOf('=');
    const key = equals === -1 ? part : part.slice(0, equals);
    const meant = nearest(key, parameters);
    if (!parameters.includes(key)) throw wrong(`there is no parameter ${JSON.stringify(key.slice(0, 80)).slice(1, -1)}${meant === undefined ? `; there are ${parameters.join(', ')}` : `; did you mean ${meant}?`}`);
    if (equals === -1) throw wrong(`${key}: expected ${key}=…`);
    if (given.has(key)) throw wrong(`${key} is given twice`);
    given.set(key, part.slice(equals + 1));
  }
  const from = given.get('from');
  const region = given.get('region');
  const { duration, instant, nowMs } = remoteWords();
  const backMs = from === undefined ? undefined : duration(from);
  const fromMs = from === undefined ? undefined : backMs === undefined ? instant(from) : nowMs - backMs;
  if (from !== undefined && fromMs === undefined) throw wrong('from: expected a duration such as 2h, or a time such as 2023-07-10T12:05Z');
  return {
    kind: 'kinesis',
    options: {
      stream,
      start: fromMs === undefined ? (isFromStart ? 'trim-horizon' : 'latest') : new Date(fromMs).toISOString(),
      ...(region === undefined ? {} : { region }),
    },
  };
}
