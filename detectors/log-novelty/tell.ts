/** The sentences of an alert on new kinds of lines. */
import { severities, type Evidence, type History, type LogKind, type Severity, type Standing } from '#contract';
import type { LineWeight } from '../line-weight.ts';
import { clock, shortLine, whoOf, withLine } from '../line-phrase.ts';
import { counted } from '../phrase.ts';
import { manyKinds, windowMs, type Place } from './recent.ts';

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

/** Met before, and not in the half hour that the alert then took. */
function isAgain({ standing, kind }: Told): boolean {
  return standing.count > 0 && kind.timeMs - standing.firstSeenMs > windowMs;
}

function titleOf(told: Told, isGathered: boolean): string {
  const { name, kind, place, deployment } = told;
  if (isGathered) {
    const kinds = place.together === 1 ? 'a kind of line' : `${place.together} kinds of lines`;
    return withLine(`Since revision ${deployment?.revision.slice(0, 12) ?? ''} ${name} wrote ${kinds} it never wrote`, place.first?.text ?? kind.template);
  }
  if (isAgain(told)) return withLine(`${name} wrote again a kind of line that is new to it`, kind.template);
  if (place.together === 1) return withLine(`${name} wrote a kind of line it never wrote before`, kind.template);
  return withLine(`${name} wrote ${place.together} kinds of lines it never wrote before`, place.first?.text ?? kind.template);
}

function beforeSaid({ standing, history, size, place }: Told): string {
  const tasks = history.tasks > 0 ? `, ${counted(history.tasks, 'task')}` : '';
  const known = `the ${counted(size, 'kind')} of its ${counted(history.count, 'known line')} (${counted(Math.max(1, history.days), 'day')}${tasks})`;
  if (standing.count === 0) return `${place.together > 1 ? 'they are' : 'it is'} not among ${known}`;
  const since = new Date(standing.firstSeenMs).toISOString().slice(0, 16).replace('T', ' ');
  return `it was met ${counted(standing.count, 'time')} since ${since} UTC and is not usual yet among ${known}`;
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

function worse(severity: Severity, other: Severity | undefined): Severity {
  return other !== undefined && severities.indexOf(other) > severities.indexOf(severity) ? other : severity;
}

/** 0.55 to 0.97: by severity, and within it by how many are told together, so that the last word names them all. */
function scoreOf(severity: Severity, together: number): number {
  return 0.55 + 0.12 * severities.indexOf(severity) + 0.06 * (1 - 1 / together);
}

export function tell(told: Told): Words {
  const { kind, line, place, severity, deployment } = told;
  const isGathered = deployment !== undefined && place.object.startsWith('deployment ');
  const text = shortLine(kind.template, 200);
  const seen =
    place.first === undefined || place.together === 1
      ? `The line \`${text}\` was seen`
      : `${place.together} new kinds of lines were seen, the first \`${place.first.text}\`, the latest \`${text}\``;
  const tells = line.tells === undefined ? '' : ` ${place.together > 1 ? 'The latest' : 'It'} tells of ${line.tells}.`;
  return {
    title: titleOf(told, isGathered),
    summary: `${seen}; ${beforeSaid(told)}.${tells}`,
    observed: place.together === 1 ? kind.template : place.together,
    expected: place.together === 1 ? 'a kind of line written before' : 0,
    unit: place.together === 1 ? 'kind of line' : 'new kinds of lines',
    score: scoreOf(worse(severity, place.first?.severity), place.together),
    quiet: 'Such lines on three days, or from three tasks on two days, or a pattern of them in `ignoreLines`.',
    lookFirst: lookFirst(told, isGathered),
  };
}
