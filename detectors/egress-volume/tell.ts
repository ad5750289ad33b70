/** Evidence in sentences: how much was sent, how much is usual, and who got most of it. */
import type { Evidence, History, Reading } from '#contract';
import { counted, shortName, sized, spanned } from '../phrase.ts';
import type { Receiver } from './peers.ts';

type Sentences = Pick<Evidence, 'title' | 'summary' | 'observed' | 'expected' | 'unit' | 'quiet' | 'lookFirst'>;

const longestTitle = 119;

function titled(title: string): string {
  return title.length > longestTitle ? `${title.slice(0, longestTitle - 1)}…` : title;
}

function over({ sinceMs, untilMs, days, tasks }: History): string {
  const span = days > 1 ? counted(days, 'day') : spanned(untilMs - sinceMs);
  return tasks > 0 ? `${span}, ${counted(tasks, 'task')}` : span;
}

function usually({ low, high }: Reading): string {
  return low < high / 1_000 ? `up to ${sized(high)}` : `${sized(low)} to ${sized(high)}`;
}

function whoGot(receiver: Receiver | undefined, sentBytes: number): string {
  if (receiver === undefined) return 'Who got it is not known.';
  const share = receiver.sentBytes / sentBytes;
  const part = share > 0.995 ? 'All of it' : share >= 0.5 ? `${Math.round(share * 100)} % of it` : `The largest part, ${sized(receiver.sentBytes)},`;
  return `${part} went to ${shortName(receiver.peer)}${receiver.isNew ? ', which the service never sent to' : ''}.`;
}

const lookFirst = (who: string, receiver: Receiver | undefined): string =>
  `Which program in ${who} sent it${receiver === undefined ? '' : `, and what is at ${shortName(receiver.peer)}`}; whether its siblings send as much.`;

export interface Told {
  name: string;
  instance: string;
  receiver: Receiver | undefined;
  history: History;
}

const who = ({ name, instance }: Told): string => (instance === '' ? name : `task ${instance.slice(0, 8)} of ${name}`);

export function tellMinute(told: Told, sentBytes: number, reading: Reading): Sentences {
  const { name, receiver, history } = told;
  const to = receiver?.isNew === true ? ` to ${shortName(receiver.peer)}, which it never sent to` : `, usually ${usually(reading)}`;
  return {
    title: titled(`${name} sent ${sized(sentBytes)} in a minute${to}`),
    summary: `A task of ${name} sent ${sized(sentBytes)} in a minute; a task of it usually sends ${usually(reading)} (${over(history)}). ${whoGot(receiver, sentBytes)}`,
    observed: sentBytes,
    expected: reading.high,
    unit: 'bytes/min',
    quiet: `At most ${sized(reading.high)} in a minute at this hour, or minutes like this on three days, or in three tasks on two days.`,
    lookFirst: lookFirst(who(told), receiver),
  };
}

export function tellNewReceiver(told: Told, receiver: Receiver, floorBytes: number): Sentences {
  const { name, history } = told;
  return {
    title: titled(`${name} sent ${sized(receiver.sentBytes)} to ${shortName(receiver.peer)}, which it never sent to`),
    summary: `A task of ${name} sent ${sized(receiver.sentBytes)} in a minute to ${shortName(receiver.peer)}, which no task of it ever sent to (${over(history)}); as much as that is usual in sum, but not to there.`,
    observed: receiver.sentBytes,
    expected: 0,
    unit: 'bytes/min',
    quiet: `Less than ${sized(floorBytes)} in a minute to there, or minutes like this on three days, or an allowance for it in the configuration.`,
    lookFirst: lookFirst(who(told), receiver),
  };
}

export function tellLargeReceiver(told: Told, { peer, sentBytes, usualBytes }: { peer: string; sentBytes: number; usualBytes: number }, times: number): Sentences {
  const { name, history } = told;
  return {
    title: titled(`${name} sent ${sized(sentBytes)} in a minute to ${shortName(peer)}, which got at most ${sized(usualBytes)} before`),
    summary: `A task of ${name} sent ${sized(sentBytes)} in a minute to ${shortName(peer)}, over ${Math.floor(sentBytes / usualBytes)} times the most that ever went there (${over(history)}); as much as that is usual in sum, but not to there.`,
    observed: sentBytes,
    expected: usualBytes,
    unit: 'bytes/min',
    quiet: `At most ${sized(times * usualBytes)} in a minute to there, or minutes like this on three days, or an allowance for it in the configuration.`,
    lookFirst: lookFirst(who(told), { peer, sentBytes, isNew: false }),
  };
}

/** From here on no single minute stands for the day. */
const dripShare = 0.25;

export function tellDay(told: Told, day: { sentBytes: number; peakBytes: number; hours: number }, minuteBytes: number, reading: Reading): Sentences {
  const { name, receiver, history } = told;
  const manner = day.peakBytes < dripShare * day.sentBytes ? ', a little at a time' : '';
  const span = day.hours >= 24 ? 'a day' : `${counted(day.hours, 'hour')}`;
  return {
    title: titled(`${name} sent ${sized(day.sentBytes)} over ${span}${manner}, usually ${usually(reading)} a day`),
    summary: `A task of ${name} sent ${sized(day.sentBytes)} over ${span}, never more than ${sized(day.peakBytes)} in a minute; a task of it usually sends ${usually(reading)} a day (${over(history)}). Of the last ${sized(minuteBytes)}: ${lowered(whoGot(receiver, minuteBytes))}`,
    observed: day.sentBytes,
    expected: reading.high,
    unit: 'bytes/day',
    quiet: `At most ${sized(reading.high)} in 24 hours, or days like this three times, or in three tasks on two days.`,
    lookFirst: lookFirst(who(told), receiver),
  };
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
