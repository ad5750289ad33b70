/** What single calls do not show: reading in bulk, guessing, looking around, credentials that moved. */
import type { ApiActivity, ApiCall, SetView } from '#contract';
import { counted, spanned } from '../phrase.ts';
import type { Act } from './act.ts';
import { callKey } from './acts.ts';
import { credentialsRead } from './aws-credentials.ts';
import { isMachineSession, machineNetwork } from './callers.ts';
import { lookOf } from './discovery.ts';
import { isRefused, objectDeleted, placeOf, since, type Recent } from './recent.ts';

export interface SequenceSettings {
  windowMs: number;
  bulkReads: number;
  deniedCalls: number;
  looks: number;
}

export interface SequenceViews {
  calls: SetView;
  secrets: SetView;
  places: SetView;
}

/** New, or first seen within the window itself: what a burst taught a minute ago does not excuse the burst. */
function isNew(view: SetView, key: string, fromMs: number): boolean {
  const { isUsual, isUnconfirmed, firstSeenMs } = view.of(key);
  return !isUsual || (isUnconfirmed && firstSeenMs >= fromMs);
}

/** After listing all of them this many are enough: who lists does not know the names. */
const readsAfterListing = 5;
/** A script that lists and reads does so at once. */
const listingMs = 5 * 60_000;

/** Only secrets that were listed are read because of it. */
function isListing({ service, operation }: ApiActivity, look: string): boolean {
  return look === 'secretsmanager ListSecrets' ? service === 'secretsmanager.amazonaws.com' : look === 'list secrets' && operation === 'get secrets';
}

export function sequencesOf(call: ApiCall, recent: Recent, views: SequenceViews, settings: SequenceSettings): Act[] {
  const fromMs = call.timeMs - settings.windowMs;
  const found = [bulk(call, recent, views, settings, fromMs), refused(call, recent, views, settings, fromMs), around(call, recent, views, settings, fromMs), emptying(call, recent, views, fromMs)];
  return found.filter((one) => one !== undefined);
}

function bulk(call: ApiCall, recent: Recent, { calls, secrets }: SequenceViews, { bulkReads, windowMs }: SequenceSettings, fromMs: number): Act | undefined {
  const { activity } = call;
  const now = activity.outcome === 'success' ? credentialsRead(activity) : [];
  if (now.length === 0) return undefined;
  const all = new Set([...since(recent.reads, fromMs), ...now]);
  const base: Act = {
    kind: 'credentials', gravity: 'grave', severity: 'high', past: 'read', infinitive: 'read', named: '', facets: [], detail: 'bulk',
    attack: activity.system === 'kubernetes' ? 'T1552.007' : 'T1555.006',
    thing: `${counted(all.size, 'credential')} within ${spanned(windowMs)}`,
  };
  const listed = recent.looks.find(([timeMs, look]) => timeMs >= call.timeMs - listingMs && isListing(activity, look) && isNew(calls, look, fromMs));
  if (listed !== undefined) {
    const after = new Set([...since(recent.reads, listed[0]), ...now]);
    if (after.size >= readsAfterListing) return { ...base, thing: 'one secret after another, after listing all of them' };
  }
  // A service reads what it needs when it starts: before that is known, only more than most need counts.
  const enough = calls.isReady ? bulkReads : 2 * bulkReads;
  if (all.size < enough) return undefined;
  const fresh = [...all].filter((name) => isNew(secrets, name, fromMs)).length;
  return fresh >= enough ? { ...base, thing: `${fresh} or more credentials it never read before, within ${spanned(windowMs)}` } : undefined;
}

function refused(call: ApiCall, recent: Recent, { calls }: SequenceViews, { deniedCalls, windowMs }: SequenceSettings, fromMs: number): Act | undefined {
  // Scanners knock at every public endpoint, all day.
  if (!isRefused(call) || call.activity.actor.principal === 'system:anonymous') return undefined;
  if (!isNew(calls, `${callKey(call.activity)} denied`, fromMs) && call.activity.outcome === 'denied') return undefined;
  const count = since(recent.denied, fromMs).length + 1;
  const isSignIn = call.activity.operation === 'ConsoleLogin';
  if (count < deniedCalls) return undefined;
  return {
    kind: 'denied', gravity: 'grave', severity: 'medium', past: isSignIn ? 'failed to sign in' : 'was denied', infinitive: isSignIn ? 'sign in' : 'make', named: '', facets: [],
    attack: isSignIn ? 'T1110' : 'T1580', thing: `${count} or more ${isSignIn ? 'times' : 'calls'} within ${spanned(windowMs)}`,
  };
}

/** Far more than somebody tidies by hand. */
const deletions = 30;

function emptying(call: ApiCall, recent: Recent, { calls }: SequenceViews, fromMs: number): Act | undefined {
  const name = objectDeleted(call);
  if (name === undefined || !isNew(calls, callKey(call.activity), fromMs)) return undefined;
  if (new Set([...since(recent.deletes, fromMs), name]).size < deletions) return undefined;
  return {
    kind: 'recovery', gravity: 'grave', severity: 'high', past: 'deleted', infinitive: 'delete', facets: [], detail: 'emptying', attack: 'T1485',
    thing: 'one object after another from',
  };
}

/** What thieves of keys ask first and few others ask: can it send mail, how large are its limits, which models. */
const telling = /^(?:ses |servicequotas |ce |bedrock |sns GetSMS)/;
/** Against the 8 kinds of looks that are told by default: four by a machine, three of the telling ones. */
const machineWeight = 2;
const tellingWeight = 3;

function around(call: ApiCall, recent: Recent, { calls }: SequenceViews, { looks, windowMs }: SequenceSettings, fromMs: number): Act | undefined {
  const look = lookOf(call.activity);
  if (look === undefined || !isNew(calls, look, fromMs)) return undefined;
  const all = [...new Set([...since(recent.looks, fromMs), look])].filter((one) => isNew(calls, one, fromMs));
  const isMachine = isMachineSession(call.activity.actor.session);
  let weight = 0;
  // While learning everything is new; then only what is hardly anybody's routine counts.
  for (const one of all) weight += telling.test(one) ? tellingWeight : isMachine ? machineWeight : calls.isReady ? 1 : 0;
  if (weight < looks) return undefined;
  return {
    kind: 'discovery', gravity: 'grave', severity: isMachine ? 'high' : 'low', past: 'looked around', infinitive: 'look around', named: '', facets: [],
    attack: call.activity.system === 'kubernetes' ? 'T1613' : 'T1580', thing: `by ${all.length} or more kinds of calls it never made, within ${spanned(windowMs)}`,
  };
}

export function moved(call: ApiCall, recent: Recent, { calls, places }: Omit<SequenceViews, 'secrets'>): Act | undefined {
  if (call.activity.system === 'kubernetes') return outsideCluster(call, { calls, places });
  const place = placeOf(call);
  if (place === undefined || !calls.isReady) return undefined;
  const [key = '', network = ''] = place.split(' ');
  if (places.of(network).isUsual) return undefined;
  const elsewhere = recent.places.find(([, known]) => known.startsWith(`${key} `) && known !== place);
  if (elsewhere === undefined) return undefined;
  return {
    kind: 'moved-credentials', gravity: 'grave', severity: 'high', past: 'called', infinitive: 'call', named: '', facets: [], attack: 'T1552.005',
    thing: `from ${network} with credentials that a machine uses from ${elsewhere[1].split(' ')[1] ?? 'elsewhere'}`,
  };
}

/** Pods and nodes call from inside; from an address of the internet it is their token that calls, not they. */
function outsideCluster({ activity }: ApiCall, { calls, places }: Omit<SequenceViews, 'secrets'>): Act | undefined {
  const network = machineNetwork(activity);
  if (network === undefined || !calls.isReady || activity.outcome !== 'success' || places.of(network).isUsual) return undefined;
  return {
    kind: 'moved-credentials', gravity: 'grave', severity: 'high', past: 'called', infinitive: 'call', named: '', facets: [], attack: 'T1528',
    thing: `from ${network}, an address outside the cluster`,
  };
}
