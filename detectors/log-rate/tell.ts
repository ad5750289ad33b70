/** The sentences of an alert on how many lines a task writes. */
import { grouped, severities, type Evidence, type History, type LogMinute, type Severity } from '#contract';
import { weighLine } from '../line-weight.ts';
import { clock, shortLine, whoOf, withLine } from '../line-phrase.ts';
import { counted, spanned } from '../phrase.ts';
import { rowSeries } from '../series.ts';
import { rowBefore, type Recent } from './recent.ts';
import type { Unusual } from './weigh.ts';

export interface Whose {
  name: string;
  instance: string;
  minute: LogMinute;
  recent: Recent;
  history: History;
  isDeployed: boolean;
}

/** From here on more is no busy minute. */
const farTimes = 10;

/** Whole numbers inside a band: `0`, `3 to 41`. */
function usually(low: number, high: number): string {
  const from = Math.max(0, Math.ceil(low - 1e-9));
  const to = Math.max(from, Math.floor(high + 1e-9));
  return from === to ? grouped(from) : `${grouped(from)} to ${grouped(to)}`;
}

function over({ history }: Whose): string {
  return `over ${counted(Math.max(1, history.days), 'day')}${history.tasks > 0 ? ` and ${counted(history.tasks, 'task')}` : ''}`;
}

function timesOf({ reading }: Unusual, count: number): number {
  return count / Math.max(1, reading.high);
}

/** A deployment explains much: one step less. */
function severityOf(step: number, { isDeployed }: Whose): Severity {
  return severities[Math.max(0, Math.min(2, step) - (isDeployed ? 1 : 0))] as Severity;
}

interface Words {
  object: string;
  title: string;
  /** Completes "task … " and tells the minute. */
  did: string;
  step: number;
  attack?: string[];
  lookFirst: string;
}

function fewWords(unusual: Unusual & { what: 'silence' | 'few' }, { name, instance, minute }: Whose): Words {
  const who = whoOf(name, instance);
  const from = clock(minute.minuteMs - (unusual.minutes - 1) * 60_000);
  if (unusual.what === 'silence') {
    return {
      object: 'silence',
      title: `${name} fell silent`,
      did: `wrote no line for ${spanned(unusual.minutes * 60_000)}, though other lines of its feed arrived`,
      step: 1,
      lookFirst: `Whether ${who} still works, and what it wrote last before ${from} UTC.`,
    };
  }
  return {
    object: 'few lines',
    title: `${name} writes far fewer lines than usual`,
    did: `wrote ${counted(unusual.count, 'line')} in the last of ${spanned(unusual.minutes * 60_000)} with too few`,
    step: 0,
    lookFirst: `Whether ${who} still gets work since ${from} UTC, and what it waits for.`,
  };
}

function wordsOf(unusual: Unusual, whose: Whose): Words {
  const { name, instance, minute } = whose;
  const who = whoOf(name, instance);
  const at = clock(minute.minuteMs).slice(0, 5);
  switch (unusual.what) {
    case 'silence':
    case 'few':
      return fewWords(unusual as Unusual & { what: 'silence' | 'few' }, whose);
    case 'many':
      return {
        object: 'many lines',
        title: `${name} wrote ${counted(unusual.count, 'line')} in a minute`,
        did: `wrote ${counted(unusual.count, 'line')} in one minute${unusual.template === undefined ? '' : `, most of them \`${shortLine(unusual.template)}\``}`,
        step: timesOf(unusual, unusual.count) >= farTimes ? 1 : 0,
        lookFirst: `Which kinds of lines of ${who} grew at ${at} UTC, and who called it then.`,
      };
    case 'errors':
      return {
        object: 'errors',
        title: `${name} wrote ${counted(unusual.count, 'error')} in a minute`,
        did: `wrote ${counted(unusual.count, 'severe line')} (ERROR and above) in one minute`,
        step: timesOf(unusual, unusual.count) >= farTimes ? 2 : 1,
        lookFirst: `The errors of ${who} at ${at} UTC, and what they call.`,
      };
    case 'burst': {
      const { severity, tells, attack } = weighLine(unusual.template, undefined);
      const isFar = timesOf(unusual, unusual.count) >= farTimes;
      return {
        object: unusual.id,
        title: withLine(`${name} wrote ${counted(unusual.count, 'line')} of one kind in a minute`, unusual.template),
        did: `wrote \`${shortLine(unusual.template, 160)}\` ${counted(unusual.count, 'time')} in one minute${tells === undefined ? '' : `, which tells of ${tells}`}`,
        step: Math.max(severities.indexOf(severity), isFar ? 1 : 0),
        attack,
        lookFirst: tells === undefined ? `What made ${who} write this so often at ${at} UTC: its callers and what it calls.` : `Where these lines of ${who} at ${at} UTC come from: addresses and names in them.`,
      };
    }
    case 'gone':
      return {
        object: `no ${unusual.id}`,
        title: withLine(`${name} stopped writing a line of every minute`, unusual.text),
        did: `went on to write, but not \`${unusual.text}\`, for ${spanned(unusual.minutes * 60_000)}`,
        step: 0,
        lookFirst: `What ${who} did in the minute of the last such line, and whether the work it tells of still goes on.`,
      };
  }
}

export function tell(unusual: Unusual, whose: Whose): Evidence {
  const { name, instance } = whose;
  const { object, title, did, step, attack, lookFirst } = wordsOf(unusual, whose);
  const { low, high, surprise } = unusual.reading;
  const observed = unusual.what === 'gone' ? 0 : unusual.count;
  const unit = unusual.what === 'errors' ? 'errors/min' : 'lines/min';
  const severity = severityOf(step, whose);
  return {
    object,
    title,
    summary: `${instance === '' ? name : `Task ${instance.slice(0, 8)}`} ${did}; usually ${usually(low, high)} a minute (${over(whose)}).`,
    observed,
    expected: usually(low, high),
    unit,
    // Of one alert the farthest minute is told; minutes in a row count a little, so that the last says how long.
    score: Math.min(0.99, Math.max(0.5, surprise) + (unusual.what === 'silence' || unusual.what === 'gone' ? Math.min(unusual.minutes, 60) / 10_000 : 0)),
    quiet: `Between ${usually(low, high).replace(' to ', ' and ')} ${unit === 'errors/min' ? 'errors' : 'such lines'} a minute, or as many on three days.`,
    lookFirst,
    severity,
    ...(attack === undefined || attack.length === 0 ? {} : { attack }),
    about: 'owner',
    ...seriesOf(unusual, whose, unit),
  };
}

/** Of single kinds no past is kept. */
function seriesOf({ what, reading }: Unusual, { minute, recent }: Whose, unit: string): Pick<Evidence, 'series'> {
  if (what === 'burst' || what === 'gone') return {};
  const count = what === 'errors' ? minute.errors : minute.lines;
  return rowSeries([...rowBefore(recent, minute.minuteMs, what === 'errors' ? 'errors' : 'lines'), count], minute.minuteMs, 60_000, { unit, low: reading.low, high: reading.high });
}
