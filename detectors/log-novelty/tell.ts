/** The sentences of an alert on new kinds of lines. */
import { severities, type Evidence, type History, type LogKind, type Severity, type Standing } from '#contract';
import type { LineWeight } from '../line-weight.ts';
import { clock, shortLine, whoOf, withLine } from '../line-phrase.ts';
import { counted } from '../phrase.ts';
import { manyKinds, type Place } from './recent.ts';

export interface Told {
  name: string;
  instance: string;
  kind: LogKind;
  line: LineWeight;
  severity: Severity;
  place: Place;
  standing: Standing;
  history: History;
  /** Kinds of lines known. */
  size: number;
  deployment: { revision: string; sinceMs: number } | undefined;
}

type Words = Pick<Evidence, 'title' | 'summary' | 'observed' | 'expected' | 'unit' | 'score' | 'quiet' | 'lookFirst'>;

function titleOf({ name, kind, place, deployment }: Told, isGathered: boolean): string {
  if (isGathered) return withLine(`${name} wrote ${counted(place.together, 'kind')} of lines it never wrote, since revision ${deployment?.revision.slice(0, 12) ?? ''}`, kind.template);
  if (place.together === 1) return withLine(`${name} wrote a kind of line it never wrote before`, kind.template);
  return withLine(`${name} wrote ${place.together} kinds of lines it never wrote before`, place.first ?? kind.template);
}

function beforeSaid({ standing, history, size }: Told): string {
  const over = `${counted(history.count, 'line')} of ${counted(size, 'kind')} over ${counted(Math.max(1, history.days), 'day')}${history.tasks > 0 ? ` and ${counted(history.tasks, 'task')}` : ''}`;
  if (standing.count === 0) return `it is not among the ${over} known of it`;
  return `it was met ${counted(standing.count, 'time')} since ${new Date(standing.firstSeenMs).toISOString().slice(0, 16).replace('T', ' ')} UTC, and is not usual yet (${over} are known)`;
}

function lookFirst({ name, instance, kind, line, place, deployment }: Told, isGathered: boolean): string {
  const who = whoOf(name, instance);
  const at = clock(kind.timeMs);
  if (isGathered) return `Whether revision ${deployment?.revision ?? ''} was meant to write these lines; the first came at ${at} UTC.`;
  if (place.object === manyKinds) return `What ${who} began to do in the minutes before ${at} UTC: these lines have no single cause.`;
  if (line.tells !== undefined) return `Who or what made ${who} write this at ${at} UTC: the line tells of ${line.tells}.`;
  if (line.severity === 'low') return `What ${who} did at ${at} UTC that it does not do otherwise.`;
  return `The lines of ${who} around ${at} UTC, above all the stack trace or the cause that follows.`;
}

/** 0.55 to 0.97: by severity, and within it by how many are told together, so that the last word names them all. */
function scoreOf(severity: Severity, together: number): number {
  return 0.55 + 0.12 * severities.indexOf(severity) + 0.06 * (1 - 1 / together);
}

export function tell(told: Told): Words {
  const { kind, line, place, severity, deployment } = told;
  const isGathered = deployment !== undefined && place.object.startsWith('deployment ');
  const also = place.together > 1 && !isGathered ? `, after ${place.together - 1} other new ${place.together === 2 ? 'kind' : 'kinds'} in the same minutes` : '';
  const tells = line.tells === undefined ? '' : ` It tells of ${line.tells}.`;
  return {
    title: titleOf(told, isGathered),
    summary: `The line \`${shortLine(kind.template, 200)}\` was seen${also}; ${beforeSaid(told)}.${tells}`,
    observed: place.together === 1 ? kind.template : place.together,
    expected: place.together === 1 ? 'a kind of line written before' : 0,
    unit: place.together === 1 ? 'kind of line' : 'new kinds of lines',
    score: scoreOf(severity, place.together),
    quiet: 'Such lines on three days, or from three tasks on two days, or a pattern of them in `ignoreLines`.',
    lookFirst: lookFirst(told, isGathered),
  };
}
