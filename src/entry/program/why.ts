/** Why: follows one record through the same replay and says what each step decided. */
import { entityName, type Evidence, type FargazerEvent, type Observation, type Origin } from '#contract';
import type { Judged } from '../../engine/judge.ts';
import { minuteOf } from '../../engine/order.ts';
import { reductionKey, subjectKey } from '../../engine/reduce.ts';
import type { Explanation, Position, ReplaySettings } from '../cli/program.ts';
import { replay } from './replay.ts';

/** Sentences of one explanation; a record of a thousand events needs no thousand. */
const sentenceLimit = 60;

export async function why(position: Position, settings: ReplaySettings): Promise<Explanation> {
  const sentences: string[] = [];
  const say = (sentence: string): void => {
    if (sentences.length < sentenceLimit && !sentences.includes(sentence)) sentences.push(sentence);
  };
  const watched = new Set<string>();
  const events: FargazerEvent[] = [];
  const minutes = new Set<string>();
  let current: string | undefined;

  const { outcome, failure } = await replay({ ...settings, workers: 1 }, (walk) => {
    const record = walk.judges.onJudged;
    walk.rows.onRow = (row, instance) => {
      const key = keyOf(row);
      current = watched.has(key) ? key : undefined;
      if (current === undefined) return;
      const entity = { owner: instance.owner.owner, container: instance.container, instance: instance.id, phase: 'run' as const };
      say(`It is about ${entityName(entity)}${instance.id === '' ? '' : `, ${instance.id}`} (${instance.owner.key}).`);
      if (row.count > 1) say(`With ${(row.count - 1).toLocaleString('en-US')} more records of its kind in that minute it was judged as one.`);
      minutes.add(`${instance.owner.key}|${instance.container}|${instance.id}|${minuteOf(row.timeMs)}|${row.kind}`);
    };
    walk.judges.onJudged = (judged) => {
      record?.(judged);
      if (isAsked(judged, current, minutes)) say(verdictSentence(judged));
    };
    return {
      watch: (origin: Origin, event: unknown) => {
        if (!isAt(origin, position)) return;
        const decoded = event as FargazerEvent;
        events.push(decoded);
        watched.add(keyOf(decoded));
      },
    };
  });
  const place = position.line === undefined ? `record ${position.record}` : `line ${position.line}`;
  const read = readSentences(events, place, outcome.reading, position);
  const touched = outcome.alerts.filter((alert) => alert.evidence.records.some((origin) => isAt(origin, position)));
  return { sentences: [...read, ...sentences, ...(failure === undefined ? [] : [failure.message])], alerts: touched };
}

function keyOf(event: FargazerEvent): string {
  return `${subjectKey(event.subject)}|${minuteOf(event.timeMs)}|${event.feed}|${reductionKey(event)}`;
}

function isAt(origin: Origin, position: Position): boolean {
  const isFile = origin.file === position.file || origin.file.endsWith(`/${position.file}`) || position.file.endsWith(`/${origin.file}`);
  return isFile && (position.line === undefined ? origin.record === position.record : origin.line === position.line);
}

const minuteKinds: Readonly<Record<string, string>> = { 'log-minute': 'log', 'metric-minute': 'metrics', 'network-minute': 'network' };

function isAsked({ ownerKey, entity, observation }: Judged, current: string | undefined, minutes: ReadonlySet<string>): boolean {
  const kind = minuteKinds[observation.kind];
  if (kind === undefined) return current !== undefined;
  const { container, instance } = entity;
  return minutes.has(`${ownerKey}|${container}|${instance}|${minuteOf(observation.minuteMs)}|${kind}`);
}

function readSentences(
  events: readonly FargazerEvent[],
  place: string,
  reading: readonly { file: string; unreadable: readonly { reason: string; first: Origin }[] }[],
  position: Position,
): string[] {
  const [first] = events;
  if (first !== undefined) {
    const at = new Date(first.timeMs).toISOString();
    return [`${position.file}, ${place}, was read as ${events.map(({ kind }) => kind).slice(0, 8).join(', ')} from the feed ${first.feed}, at ${at}.`];
  }
  const file = reading.find((one) => one.file === position.file || one.file.endsWith(`/${position.file}`));
  if (file === undefined) return [`${position.file} was not read in this replay; name it among the paths.`];
  const bad = file.unreadable.find(({ first: origin }) => isAt(origin, position));
  if (bad !== undefined) return [`${position.file}, ${place}, could not be read: ${bad.reason}.`];
  return [`${position.file} was read, but nothing to judge stands at ${place}: it is no record, is not readable, or tells nothing that is judged.`];
}

function verdictSentence({ detector, observation, verdict, evidence, views }: Judged): string {
  const about = aboutOf(observation);
  switch (verdict) {
    case 'alert':
      return `${detector} alerted on ${about}: ${evidence.map(({ title, quiet }: Evidence) => `${title}. ${quiet}`).join(' ')}`;
    case 'quiet': {
      const history = Object.values(views)[0]?.history;
      const known = history === undefined ? '' : ` It knew ${history.count.toLocaleString('en-US')} observations of ${history.days} days.`;
      return `${detector} judged ${about} and found it usual.${known}`;
    }
    case 'learning':
      return `${detector} did not judge ${about}: its baseline was still learning.`;
    case 'taught':
      return `${detector} learned from ${about} and stayed silent: it lies in the teaching period.`;
    case 'quarantined':
      return `${detector} is in quarantine for this owner after a failure and did not judge ${about}.`;
  }
}

function aboutOf(observation: Observation): string {
  switch (observation.kind) {
    case 'log-kind':
      return `the kind of line “${observation.template.slice(0, 120)}”`;
    case 'log-minute':
      return `the minute's ${observation.lines} lines`;
    case 'metric-minute':
      return `${observation.metric} = ${observation.value}`;
    case 'network-minute':
      return `the minute's ${observation.sentBytes} bytes sent`;
    case 'destination':
      return `the destination ${observation.peer}:${observation.port}`;
    case 'dns-lookup':
      return `the query for ${observation.queryName}`;
    case 'api-call':
      return `the call ${observation.activity.operation}`;
    case 'task-change':
      return `the change to ${observation.state.status}`;
    case 'process':
      return `the process ${observation.activity.program.path || observation.activity.program.name} (${observation.activity.activity})`;
    case 'socket':
      return `the socket on port ${observation.activity.localPort}`;
    case 'file':
      return `the file ${observation.activity.path}`;
    case 'connection':
      return `the connection with ${observation.peer}:${observation.port}`;
  }
}
