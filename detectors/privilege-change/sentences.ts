/** How an act is told: what happened, how unusual, what would have made it quiet, where to look first. */
import type { ApiActivity, Evidence, SetView, Severity } from '#contract';
import { severities } from '#contract';
import { counted, shortName, spanned } from '../phrase.ts';
import type { Act, ActKind } from './act.ts';

const titleLimit = 119;
/** A history shorter than this is no length of time to speak of. */
const shortMs = 60_000;
/** A shorter rest of a name tells nothing. */
const leastName = 8;

const lookFirst: Readonly<Record<ActKind, string>> = {
  'root-user': 'Who holds the password and the second factor of the root user, and whether that person did it.',
  'sign-in': 'Whether the person signed in from that address, and what was called with that session since.',
  identity: 'Whether a ticket or a person asked for it, and what the new identity called since.',
  'access-key': 'Whether the owner of the key knows of it, and from where it was used since.',
  password: 'Whether the owner of the password knows of it, and where it was used to sign in since.',
  rights: 'What the policy allows, and what was called with it since.',
  trust: 'Whether the account or provider that is trusted now is one of yours.',
  organisation: 'Who asked for it, and whether guard rails and trails of the organisation still hold for the account.',
  exposure: 'Whether what was opened holds data that must stay inside, and who read it since.',
  'network-opening': 'What listens behind it, and which flows came in since.',
  credentials: 'Which credentials were read, and from where they were used since; change those that matter.',
  watchers: 'Whether it watches again, and what the same caller did right before and after.',
  execution: 'What code ran, with which role, and what that role called since.',
  compute: 'What was started, in which regions, and by whose key.',
  recovery: 'Whether backups or versions are still there, and stop the caller if nobody asked for it.',
  discovery: 'Where the calls came from, and what the same session did next.',
  denied: 'Which calls were refused, and which of the same session were answered.',
  'moved-credentials': 'Who holds the address, and what was called from there.',
  anonymous: 'Which binding gives rights to callers without a name.',
  'cluster-rights': 'Whom the rights were given to, and what they did with them since.',
  'pod-privilege': 'Which image it runs, who asked for it, and what it mounts of the host.',
  'pod-access': 'Which command ran in the pod, and what its service account may do.',
};

export interface Weight {
  score: number;
  severity: Severity;
  isLearning: boolean;
}

/** One step less urgent. */
export function milder(severity: Severity): Severity {
  return severities[Math.max(0, severities.indexOf(severity) - 1)]!;
}

export function evidenceOf(act: Act, activity: ApiActivity, who: string, calls: SetView, weight: Weight): Evidence {
  const title = titleOf(act, activity, who, shortName(act.named ?? activity.resource));
  return {
    object: act.detail === undefined ? act.kind : `${act.kind}: ${act.detail}`,
    title,
    summary: `${capital(title)} (\`${activity.operation}\`${from(activity)}). ${apart(act)}${unusual(who, act, activity, calls, weight)}`,
    observed: activity.operation,
    expected: weight.isLearning ? 'not known yet' : calls.isBorrowed ? `nothing like it in ${wholeOf(activity)}` : `nothing like it by ${who}`,
    unit: 'call',
    score: weight.score,
    quiet: quietOf(who, act, weight),
    lookFirst: lookFirst[act.kind],
    severity: weight.severity,
    attack: [act.attack],
    about: 'owner',
  };
}

/** Told of many calls, whatever came of the last. */
const wholes = new Set<ActKind>(['denied', 'discovery', 'moved-credentials']);

/** The name of the thing gives way where the whole is too long: its record shows it. */
function titleOf(act: Act, { outcome }: ApiActivity, who: string, resource: string): string {
  const isDone = outcome === 'success' || wholes.has(act.kind);
  const after = act.after === undefined ? '' : ` ${act.after}`;
  const end = isDone ? after : `${after}${outcome === 'denied' ? ', and was denied' : ', which failed'}`;
  const start = [who, isDone ? act.past : `tried to ${act.infinitive}`, act.thing].filter((part) => part !== '').join(' ');
  const room = titleLimit - start.length - end.length - 3;
  if (resource === '' || room < leastName) return `${start.slice(0, titleLimit - end.length)}${end}`;
  return `${start} \`${resource.length <= room ? resource : `${resource.slice(0, room - 1)}…`}\`${end}`;
}

/** What makes a call graver than others of its name, where the title does not say it already. */
const graver: Readonly<Record<string, string>> = {
  'any role': 'it allows to pass any role on',
  accelerated: 'machines with accelerators',
  blind: 'the trail no longer records who changes what',
  large: 'very large machines',
  many: 'many at once',
  'no global events': 'without the events of global services',
  'no validation': 'without the proof that its files are untouched',
  'one region': 'in one region only',
  'over the limit': 'more than the account may start',
  quarantine: 'AWS does so with keys that it found in public',
  'tokens optional': 'its credentials can be read without a token',
};

/** What about the call itself is out of the ordinary. */
function apart({ facets }: Act): string {
  const told = facets.map((facet) => graver[facet]).filter((words) => words !== undefined).slice(0, 3);
  return told.length === 0 ? '' : `What makes it grave: ${told.join(', ')}. `;
}

/** A sentence's beginning; names of users stay as they are. */
function capital(text: string): string {
  return /^(?:an? |user |role |root |service |the )/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

function wholeOf({ system }: ApiActivity): string {
  return system === 'kubernetes' ? 'the cluster' : 'the account';
}

function from({ sourceAddress }: ApiActivity): string {
  return sourceAddress === undefined ? '' : ` from ${shortName(sourceAddress)}`;
}

function unusual(who: string, { gravity }: Act, activity: ApiActivity, calls: SetView, { isLearning }: Weight): string {
  if (isLearning) return `What ${who} usually does is still being learned; this is seldom part of a routine.`;
  // Told also where others do it.
  if (calls.isBorrowed && gravity === 'wrong') return `${capital(who)} has little history of its own, and this is seldom part of anybody's work.`;
  const { days, sinceMs, untilMs } = calls.history;
  const onRecord = days > 1 ? counted(days, 'day') : untilMs - sinceMs < shortMs ? 'little that is' : spanned(untilMs - sinceMs);
  return calls.isBorrowed
    ? `${capital(who)} has little history of its own, and nobody in ${wholeOf(activity)} did this in the ${onRecord} on record.`
    : `${capital(who)} did nothing like it in the ${onRecord} on record.`;
}

function quietOf(who: string, act: Act, { isLearning }: Weight): string {
  const ways = act.kind === 'denied' ? 'The same calls refused' : 'The same call';
  const taught = `${ways} by ${who} on 3 days, or during a teaching, or a person who accepts it into the baseline`;
  return isLearning ? `${taught}; while learning, each kind of call is told once.` : `${taught}.`;
}
