/**
 * New destination: a service talks to an owner of addresses, or on a port, that it never used.
 *
 * Detects          command and control, exfiltration to a place of the attacker's, lateral movement inside the network,
 *                  scans (one alert, not one an address), attempts that a security group refused.
 * Blind spots      whoever hides behind an owner and port in use: another bucket of a storage service that the flow log
 *                  names, another customer of one content network; a neighbour in a /24 in use inside, where no names
 *                  are known; a name server asked for the first time, where another is in use; ports from 49152 of one owner are one; what was there while the service learned.
 * False positives  a new supplier or dependency (a deployment lowers the severity and is named), a supplier without
 *                  names in the telemetry that moves to another network: allow it, or accept it into the baseline.
 * Baseline         owners of addresses (name looked up, cloud service, /24 or /48) with port and protocol, per service;
 *                  those of its cluster or account until the service has its own. Of what the sensor sees also the
 *                  exact addresses, for their names may come late.
 * Triage           which program opened it; whether a name was looked up; what was sent since; the task's siblings.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type Context, type Destination, type Evidence, type SetView, type Standing } from '#contract';
import { createBurst, isInWindow, isProbe, noteBurst, type Burst } from './burst.ts';
import { isDynamic, isOfTheLink, isTimeService, keysOf, objectOf, ownersOf, portOf } from './identity.ts';
import { isSighted, isWhole, sightingKeys } from './sightings.ts';
import { tell } from './tell.ts';
import { scoreOf, severityOf, techniquesOf, type Novelty } from './weigh.ts';

/** Kept among the owners once any destination had a name. */
const hasNames = '\u0001names';
/** What a refused attempt adds to what is known of owners and ports: nothing, though it counts as an observation. */
const refused = '\u0001refused';

/** Which of a pool's clocks was asked makes nobody known. */
const anyClock = '\u0001clock';

const firstSightMs = 30 * 60_000;
const dayMs = 86_400_000;
/** As long as a hasty scan or a script takes to go through its list. */
const causeMs = 60_000;
const refusedEnd = '|refused';

/** Told once, and on in the half hour that began with it; then again only after a day without it. */
function isNews({ count, firstSeenMs, lastSeenMs }: Standing, timeMs: number): boolean {
  return count === 0 || timeMs - firstSeenMs <= firstSightMs || timeMs - lastSeenMs > dayMs;
}

/** Two packets with little in them, a connection. */
const tailBytes = 200;

/** A packet or two to a port given out by chance, inside: the end of a connection whose beginning was not seen. */
function isTail(destination: Destination): boolean {
  const { isPrivate, isRejected, sentBytes, receivedBytes, count } = destination;
  return !isWhole(destination) && isPrivate && !isRejected && isDynamic(destination) && sentBytes + receivedBytes < tailBytes * Math.max(1, count);
}

function isAllowed({ addresses, names }: Destination, { isAllowed: allows }: Context<Burst>): boolean {
  return (addresses.length > 0 && addresses.every((address) => allows('address', address))) || names.some((name) => allows('domain', name));
}

/** Are these destinations always usual, by `example.com`, `203.0.113.0/24:443` or `:123`? */
function isExpected(destination: Destination, usual: readonly string[]): boolean {
  if (usual.length === 0) return false;
  const port = `:${destination.port}`;
  return usual.includes(port) || ownersOf(destination).some((owner) => usual.includes(owner) || usual.includes(`${owner}${port}`));
}

export const newDestination = defineDetector({
  id: 'new-destination',
  title: 'Service talks to a destination it never used',
  severity: 'medium',
  attack: ['T1071'],
  reads: 'destination',
  scope: 'owner',
  options: z.strictObject({
    usualDestinations: z
      .array(z.string().min(1).max(300))
      .max(1_000)
      .default([])
      .describe('Destinations that are never news: an owner (`example.com`, `203.0.113.0/24`, `aws:S3`), an owner with a port (`example.com:443`), a port (`:123`).'),
    muchSentBytes: z.number().min(1).default(1_000_000).describe('Bytes sent to a new public destination in its first minute from which it is one step more severe.'),
    manyDestinations: z.int().min(2).max(60).default(8).describe('Destinations new to the service that one task met in half an hour from which they are one alert.'),
  }),

  baseline: {
    destinations: { ...seen((destination: Destination) => keysOf(destination)[0]), borrows: true },
    owners: {
      ...seen((destination: Destination) => {
        if (destination.isRejected) return refused;
        if (isTimeService(destination)) return anyClock;
        const owners = destination.isPrivate ? ownersOf(destination) : [destination.peer];
        return destination.peerKind === 'name' ? [...owners, hasNames] : owners;
      }),
      borrows: true,
    },
    // Names come late, or from before we looked: an address in use stays known without them.
    sightings: { ...seen(sightingKeys), borrows: true, mayLag: true },
    ports: { ...seen((destination: Destination) => (destination.isRejected ? refused : `${portOf(destination)}|${destination.protocol}`)), borrows: true },
  },

  trace: { create: createBurst, note: noteBurst },

  judge({ destinations, owners, ports, sightings }, destination, { usualDestinations, ...thresholds }, context) {
    const keys = keysOf(destination);
    // What was reached is no longer news when it is refused.
    const reached = destination.isRejected ? keysOf({ ...destination, isRejected: false }) : [];
    for (const key of [...keys, ...reached]) if (destinations.of(key).isUsual) return undefined;
    if (isSighted(destination, sightings, destinations)) return undefined;
    const { timeMs } = destination;
    if (!isNews(destinations.of(keys[0]!), timeMs)) return undefined;
    if (isOfTheLink(destination) || isTail(destination) || isExpected(destination, usualDestinations) || isAllowed(destination, context)) return undefined;

    const before = newBefore(destinations, destination, keys[0]!, context.trace);
    const { object, others } = placeAmong(destination, before, context.trace, thresholds.manyDestinations);
    const novelty: Novelty = {
      isOwnerKnown: ownersOf(destination).some((owner) => owners.of(owner).isUsual),
      isPortKnown: ports.of(`${portOf(destination)}|${destination.protocol}`).isUsual,
      areNamesKnown: owners.of(hasNames).count > 0,
      isDeployed: context.deployment !== undefined,
      together: others.length + 1,
      hasMore: others.length > 0 && context.trace.more > 0,
    };
    const severity = severityOf(destination, novelty, thresholds);
    const { history, isBorrowed } = destinations;
    const told = { name: context.name, destination, novelty, others, history, isBorrowed, instance: context.entity.instance, known: destinations.size };
    const evidence: Evidence = {
      object,
      ...tell(told, objectOf(destination), thresholds.muchSentBytes),
      score: scoreOf(severity, novelty.together),
      severity,
      attack: techniquesOf(destination, novelty, thresholds),
      about: 'owner',
    };
    return evidence;
  },
});

/** Destinations of this task's half hour that were new in it, in order, without this one. */
function newBefore(view: SetView, destination: Destination, ownKey: string, burst: Burst): Burst['met'] {
  if (!isInWindow(burst, destination.timeMs)) return [];
  const ownAt = burst.met.findIndex(([key]) => key === ownKey);
  // Met again, it stays where it was told first: with those before it.
  // Seen as they open, destinations of one cause come within seconds; what came before was told, and may be another's.
  const sinceMs = isWhole(destination) ? destination.timeMs - causeMs : -Infinity;
  return (ownAt < 0 ? burst.met : burst.met.slice(0, ownAt)).filter(([key, , , timeMs]) => {
    // In use and now refusing, it is no news.
    if (timeMs < sinceMs || (key.endsWith(refusedEnd) && view.of(key.slice(0, -refusedEnd.length)).isUsual)) return false;
    const standing = view.of(key);
    return !standing.isUsual && (standing.count === 0 || standing.firstSeenMs >= timeMs - firstSightMs);
  });
}

/**
 * Which alert it belongs to. A probe joins the probes before it, so that a scan is one alert under its first target.
 * Conversations are told one by one until they are many.
 */
function placeAmong(destination: Destination, before: Burst['met'], burst: Burst, many: number): { object: string; others: string[] } {
  const probe = isProbe(destination);
  const alike = before.filter(([, , isProbeToo]) => (isProbeToo === 1) === probe).map(([, object]) => object);
  if (probe && alike.length > 0) return { object: alike[0]!, others: alike };
  if (alike.length + 1 >= many || (!isWhole(destination) && burst.more >= many)) return { object: 'many destinations', others: alike };
  return { object: objectOf(destination), others: [] };
}
