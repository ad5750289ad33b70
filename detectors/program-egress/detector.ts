/**
 * Program egress: a program of the task talks to the network that never did, though its service may.
 *
 * Detects          a database's or a helper's process that connects outside, tools that an intruder uses against services
 *                  in use (T1071, T1021), theft to a place where the service itself puts things (T1567).
 * Blind spots      programs that talk anyway, on their own ways; an interpreter that serves the application too; programs that
 *                  could not be known; places to which a program that could not be known talks.
 * False positives  programs that seldom run, met first after the teaching: accept them; a new release under another path.
 * Baseline         programs that opened connections, and to whom, per service.
 * Triage           who started it; what it sent; whether the application is meant to use it.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type Connection, type Destination, type Evidence, type Severity, type SetView } from '#contract';
import { isOfTheLink, isTimeService, keysOf, machineMetadata, objectOf, portOf } from '../new-destination/identity.ts';
import { isNameServer } from '../new-destination/sightings.ts';
import { titled } from '../process-phrase.ts';
import { shortName } from '../phrase.ts';
import { destinationOf, isFromShell, isVersatile, originSaid, talkerKey, talkerSaid, unknownTalker } from '../talker.ts';

/** Kept for whoever it was. */
const anybody = '*';

/** Does it lead out of the task to somebody, and not to what the platform gives each task? */
function leadsOut(seen: Connection, to: Destination): boolean {
  if (seen.side !== 'client' || seen.isLocal) return false;
  return !isOfTheLink(to) && !machineMetadata.has(seen.peerAddress) && !isNameServer(to) && !isTimeService(to);
}

/** Ways to one destination: by its owner, and by its address, whose name may come late. */
function waysTo(to: Destination): string[] {
  const reached = { ...to, isRejected: false };
  return [...keysOf(reached), `${to.addresses[0]}|${portOf(to)}|${to.protocol}`];
}

function isWay(view: SetView, who: string, ways: readonly string[]): boolean {
  return ways.some((way) => view.of(`${who}>${way}`).isUsual);
}

export const programEgress = defineDetector({
  id: 'program-egress',
  title: 'Program talks to the network that never did',
  severity: 'medium',
  attack: ['T1071'],
  reads: 'connection',
  scope: 'owner',
  options: z.strictObject({
    usualPrograms: z.array(z.string().min(1).max(300)).max(200).default([]).describe('Paths of programs that may talk to the network at any time (`/usr/bin/git`).'),
  }),

  baseline: {
    talks: seen((observation: Connection) => {
      const to = destinationOf(observation);
      if (!leadsOut(observation, to)) return undefined;
      const who = talkerKey(observation.program);
      return [who, ...waysTo(to).flatMap((way) => [`${who}>${way}`, `${anybody}>${way}`])];
    }),
  },

  judge({ talks }, observation, { usualPrograms }, { name, entity, isAllowed }) {
    const { program, lineage } = observation;
    const who = talkerKey(program);
    if (program === undefined || who === unknownTalker) return undefined;
    const to = destinationOf(observation);
    if (!leadsOut(observation, to)) return undefined;
    const ways = waysTo(to);
    // Who was not recognised there before may have been this one.
    if (isWay(talks, who, ways) || isWay(talks, unknownTalker, ways)) return undefined;
    const isPlaceUsual = isWay(talks, anybody, ways);
    const isTalker = talks.of(who).isUsual;
    // Where it goes is news of the service, and told as such; a program of one purpose may well come to know a neighbour.
    if (isTalker && (!isPlaceUsual || !isVersatile(program))) return undefined;
    if (usualPrograms.includes(program.path) || isAllowed('program', program.path)) return undefined;

    const severity = severityOf(observation, isTalker, isPlaceUsual);
    const place = objectOf(to);
    const known = isTalker
      ? 'the program is known to talk, though never to there; other programs of the service do'
      : isPlaceUsual
        ? 'the service talks to there, though by other programs; this one never opened a connection that left the task'
        : 'the program never opened a connection that left the task, and the service never talked to there';
    const evidence: Evidence = {
      // Where the place is new as well it is told by `new-destination`, and a scan is one alert here.
      object: isPlaceUsual ? `${who} to ${place}` : who,
      title: titled(`${name}: ${talkerSaid(program)} talked to ${shortName(place)}, ${isTalker ? 'as only others did' : 'and never talked to the network before'}`),
      summary: `A connection to ${shortName(observation.peerAddress)} port ${observation.port} (${shortName(observation.peer)}) was ${observation.isRejected ? 'tried and refused' : 'opened'}; ${originSaid(program, lineage)}; ${known}.`,
      observed: place,
      expected: isTalker ? 'a destination of its own' : 'no connections',
      unit: 'destination',
      score: 0.6 + 0.1 * ['low', 'medium', 'high'].indexOf(severity),
      quiet: 'The same program talking on three days, its path in `usualPrograms`, or an allowance for it in the configuration.',
      lookFirst: `Who started ${talkerSaid(program)} in ${entity.instance === '' ? name : `task ${entity.instance.slice(0, 8)} of ${name}`}, and what it sent to ${shortName(place)}.`,
      severity,
      attack: observation.isPrivate ? ['T1021'] : isPlaceUsual ? ['T1071', 'T1567'] : ['T1071'],
    };
    return evidence;
  },
});

function severityOf({ program, lineage, isRejected, isPrivate }: Connection, isTalker: boolean, isPlaceUsual: boolean): Severity {
  if (isTalker) return isFromShell(lineage) ? 'medium' : 'low';
  if (!isPlaceUsual && !isPrivate && !isRejected) return 'high';
  return isVersatile(program) && isFromShell(lineage) ? 'high' : 'medium';
}
