/**
 * Egress volume: a task sends far more than its service is used to, in a minute or as a slow drip over a day.
 *
 * Detects          bulk exfiltration, a retry storm, an open relay, a drip that hides in ordinary minutes; much that goes to
 *                  a peer outside that the service never sent to, or far more to one than that ever got, though as much is
 *                  usual in sum. Told as soon as the running minute is above it, where the sensor counts the bytes.
 * Blind spots      what stays inside the band by the minute and by the day and goes to known peers; as much as a nightly
 *                  job sends, at another hour; a drip from a service whose tasks never live a day, or on a day with a
 *                  minute that was told already; new peers of a service that answers all the world; a service loud from
 *                  birth. Flow logs tell bytes when a flow's interval ends, up to ten minutes late and in one lump. After a teaching of
 *                  minutes what is below twenty times the usual.
 * False positives  backups that begin, cache warm-up, migrations: accept them into the baseline. A deployment widens the band.
 * Baseline         bytes a minute, and a day of each task that lived one, per service, container and phase, with hours of
 *                  the day and weekdays where they differ; peers that were sent to, and how much.
 * Triage           compare the task with its siblings; list its new destinations; find the program that sends.
 */
import { z } from 'zod';
import { quantities, seen } from '#baselines';
import { defineDetector, type Evidence, type NetworkMinute, type Severity } from '#contract';
import { minuteSeries, rowSeries } from '../series.ts';
import { isShortlyTaught, leapOf } from '../short-history.ts';
import { sizeKey } from '../sizes.ts';
import { createDay, dayWith, hoursWith, noteDay, wholeDay, type Day } from './day.ts';
import { largeReceiver, mainReceiver, newReceiver, receiversOf, sizedReceivers, type Receiver } from './peers.ts';
import { tellDay, tellLargeReceiver, tellMinute, tellNewReceiver } from './tell.ts';

/** Surprise from which a value deserves an alarm, as the contract has it. */
const alarming = 0.5;
/** Ten times the most that is usual is no busy day. */
const farTimes = 10;
/**
 * What is far too much for a peer is hidden by the sum where it is less than a quarter of what would be too much in all; after
 * a teaching of minutes, whose bands are wide, and while the sum says nothing, where it is less than all of that.
 */
const hiddenShare = 0.25;

/** To a peer never sent to weighs more, and so does far more than ever. */
function severityOf(receiver: Receiver | undefined, times: number): Severity {
  const isNew = receiver?.isNew === true;
  if (times >= farTimes) return isNew ? 'critical' : 'high';
  return isNew ? 'high' : 'medium';
}

export const egressVolume = defineDetector({
  id: 'egress-volume',
  title: 'Task sends far more than its service is used to',
  severity: 'high',
  attack: ['T1048'],
  reads: 'network-minute',
  scope: 'container',
  options: z.strictObject({
    floorBytes: z.number().min(0).default(1_000_000).describe('Bytes a minute below which nothing is a spike.'),
    newPeerFloorBytes: z.number().min(0).default(10_000_000).describe('Bytes a minute to one new peer outside below which they are left to `new-destination`.'),
    dayFloorBytes: z.number().min(0).default(20_000_000).describe('Bytes in 24 hours below which nothing is a drip.'),
  }),

  baseline: {
    sent: quantities(({ sentBytes }: NetworkMinute) => sentBytes),
    day: { ...quantities<NetworkMinute>(() => undefined), of: (minute: NetworkMinute, trace: unknown) => wholeDay(minute, trace as Day | undefined) },
    peers: seen(receiversOf),
    shares: { ...seen((minute: NetworkMinute) => sizedReceivers(minute).map(({ peer, sentBytes }) => sizeKey(peer, sentBytes))), mayLag: true },
  },

  trace: { create: createDay, note: noteDay },

  // Each of the baselines judges as soon as it is ready itself: a day takes days to learn, a minute an hour.
  judgesWhileLearning: true,
  // A sum that is above its band stays above it.
  judgesEarly: true,

  judge({ sent, day, peers, shares }, minute, { floorBytes, newPeerFloorBytes, dayFloorBytes }, { name, entity, trace, isAllowed }) {
    const { sentBytes, timeMs } = minute;
    const found: Evidence[] = [];
    const receiver = mainReceiver(minute, peers);
    const told = { name, instance: entity.instance, receiver, history: sent.history };

    const reading = sent.isReady ? sent.of(sentBytes, timeMs) : undefined;
    const isSpike = reading?.side === 'above' && reading.surprise >= alarming && sentBytes >= Math.max(floorBytes, leapOf(sent) * reading.high);
    if (isSpike) {
      const severity = severityOf(receiver, sentBytes / Math.max(1, reading.high));
      found.push({ object: 'sent a minute', ...tellMinute(told, sentBytes, reading), score: reading.surprise, severity, ...minuteSeries(trace.recent, minute, sentBytes, { unit: 'bytes/min', low: reading.low, high: reading.high }) });
    } else {
      const fresh = newReceiver(minute, peers);
      if (fresh !== undefined && fresh.sentBytes >= newPeerFloorBytes && !isAllowed('domain', fresh.peer)) {
        const sentences = tellNewReceiver({ ...told, history: peers.history }, fresh, newPeerFloorBytes);
        found.push({ object: `sent to ${fresh.peer}`, ...sentences, score: 0.7, severity: 'high' });
      }
    }
    // Of a peer that gets most of all the sum tells; said beside it too, so that what was told early is told at the end.
    const isShort = isShortlyTaught(shares);
    const times = isShort ? 2 * farTimes : farTimes;
    const hidden = reading === undefined ? Infinity : ((isShort && !isSpike ? 1 : hiddenShare) * Math.max(floorBytes, leapOf(sent) * reading.high)) / times;
    const large = largeReceiver(minute, shares, { floorBytes, times, mostUsualBytes: hidden });
    if (large !== undefined && !isAllowed('domain', large.peer)) {
      const sentences = tellLargeReceiver({ ...told, history: shares.history }, large, times);
      found.push({ object: `sent to ${large.peer}`, ...sentences, score: 0.65, severity: 'medium' });
    }

    const past = dayWith(trace, minute);
    if (!day.isReady || sentBytes === 0 || past.sentBytes < dayFloorBytes) return found;
    const ofDay = day.of(past.sentBytes, timeMs);
    if (ofDay.side !== 'above' || ofDay.surprise < alarming) return found;
    // A spike told of in its minute is no drip; what is sent beside it is.
    const peak = reading === undefined ? undefined : sent.of(past.peakBytes, timeMs);
    if (peak !== undefined && peak.side === 'above' && peak.surprise >= alarming && past.peakBytes >= floorBytes) return found;
    const severity = severityOf(receiver, past.sentBytes / Math.max(1, ofDay.high));
    const { values, lastMs } = hoursWith(trace, minute);
    const hours = rowSeries(values, lastMs, 3_600_000, { unit: 'bytes/h', low: null, high: null });
    found.push({ object: 'sent a day', ...hours, ...tellDay({ ...told, history: day.history }, past, sentBytes, ofDay), score: ofDay.surprise, severity, attack: ['T1048', 'T1030'] });
    return found;
  },
});
