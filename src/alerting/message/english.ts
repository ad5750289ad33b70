/** The words of English messages; detectors already speak English, so that little is said anew. */
import type { Alert } from '#contract';
import { duration, number } from '../text.ts';
import { moment } from './moment.ts';
import { severityWord } from './severity.ts';
import type { Words } from './words.ts';

/** A sentence's beginning; names of services and users stay as they are. */
export function capital(text: string): string {
  return /^(?:an? |users? |role |root |service account |account |federated user |the |usually |of |all |who |by )/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** What summaries repeat of their title, and how it is said after the title; the first that fits. */
const shorter: readonly [RegExp, string][] = [
  [/^A task of .+? sent \S+ \S+ in a minute; a task of it usually sends (.+?) \((.+?)\)\. /, 'Usually $1 a minute ($2). '],
  [/^A task of .+? sent \S+ \S+ in a minute to .+?, which no task of it ever sent to \((.+?)\); /, 'No task of it ever sent there ($1); '],
  [/^A task of .+? sent \S+ \S+ over .+?, never more than (.+?) in a minute; a task of it usually sends (.+?) a day \((.+?)\)\. /, 'Usually $2 a day ($3); never more than $1 in a minute. '],
  [/^A task of .+? in a minute; the service usually stays at (.+?) \((.+?)\)\./, 'Usually $1 ($2).'],
  [/^A task of .+? in a minute, far outside of what it did so far \(.+?\), and/, 'Far outside of what this task did so far, and'],
  [/^A task of .+? in a minute, far outside of what it did so far \(.+?\), though/, 'Far outside of what this task did so far, though'],
  [/^A task of .+? in a minute, unlike before, while the other tasks of the service are at (.+?)\.$/, 'Unlike before; the other tasks of the service are at $1.'],
  [/^The line `(.+)` was seen; it is not among (.+)$/, 'The line: `$1`. Not among $2'],
  [/^At first sight it /, 'So far it '],
  [/whether a name was looked up cannot be known, for names of addresses are not in these records/, 'whether a name was looked up is not in these records'],
];

function unusual({ title, summary }: Alert): string {
  const said = summary.toLowerCase().startsWith(title.toLowerCase()) ? afterTitle(summary.slice(title.length)) : summary;
  for (const [pattern, words] of shorter) if (pattern.test(said)) return capital(said.replace(pattern, words));
  return capital(said);
}

/** ` (`GetSecretValue` from 192.0.2.7). User …`: how it was done, as a sentence. */
function afterTitle(rest: string): string {
  return rest.replace(/^[\s.;,]*/, '').replace(/^\((`[^`]+`(?: from [^)]+)?)\)/, 'By $1');
}

function whom({ entity, title }: Alert): string {
  const { kind, name, container, instance, cluster, account, region } = entity;
  const called = shortName(name);
  const parts = [
    title.includes(called) || isUnnamed(name) ? '' : `${kind} ${called}`,
    container === '' || container === name || title.includes(`(${container})`) ? '' : `container ${container}`,
    instance === '' ? '' : `${instanceWord(instance)} ${shortInstance(instance)}`,
    cluster === '' ? '' : `cluster ${cluster}`,
    account === '' ? '' : `account ${account}`,
    region,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** The end of a path or a colon-joined name: what tells it apart. */
export function shortName(name: string): string {
  return name.split(/[/:]/).at(-1) || name;
}

/** Principals that titles call by what they are. */
export function isUnnamed(name: string): boolean {
  return name === '' || name === 'system:anonymous' || name === 'root';
}

/** Tasks of ECS are 32 hex digits, of which eight tell them apart; other instances are sessions and pods, whose names stay whole. */
export function shortInstance(instance: string): string {
  return /^[0-9a-f]{32}$/.test(instance) ? instance.slice(0, 8) : instance;
}

function instanceWord(instance: string): string {
  return /^[0-9a-f]{32}$/.test(instance) ? 'task' : 'instance';
}

/** The names by which titles of one entity begin, the longest first. */
export function subjectsOf({ entity, title }: Alert): string[] {
  const { name, container } = entity;
  const short = name.split('/').at(-1) ?? name;
  const called = /^(?:(?:user|role|federated user|account|service account) \S+|the root user|an anonymous caller)(?= )/i.exec(title)?.[0];
  return [called ?? '', `${name} (${container})`, `${short} (${container})`, name, short].filter((subject) => subject !== '');
}

function step(alert: Alert, before: Alert): string {
  const { title } = alert;
  if (before.entity.name !== alert.entity.name) return title;
  const subject = subjectsOf(alert).find((found) => title.startsWith(`${found} `));
  return subject === undefined ? title : title.slice(subject.length + 1);
}

const alertsSaid = (count: number): string => `${number(count)} ${count === 1 ? 'alert' : 'alerts'}`;

export const english: Words = {
  testMark: '[Test] ',
  labels: { look: 'Look first', story: 'Same story', when: 'When', whom: 'Where', history: 'History', quiet: 'Quiet if', attack: 'ATT&CK', ids: 'Incident', count: 'Also', deployment: 'Deployment' },
  title: ({ title }) => capital(title),
  unusual,
  lookFirst: ({ explanation }) => capital(explanation.lookFirst),
  deployment: ({ explanation }) => explanation.deployment,
  history: ({ explanation }) => explanation.history,
  quiet: ({ explanation }) => explanation.quiet,
  whom,
  step,
  story: (steps, left) => {
    const told = steps.map(({ time, text, times }) => `${time} ${text}${times > 1 ? ` (${number(times)} times)` : ''}`).join('; ');
    return left === 0 ? told : `${told}; and ${number(left)} more`;
  },
  over: (title) => `Resolved: ${title}`,
  still: (title) => `Still going on: ${title}`,
  lasted: (ms, alertCount, isOver) => {
    const span = ms >= 120_000 ? `${isOver ? 'lasted' : 'for'} ${duration(ms)}` : '';
    return [span, alertCount > 1 ? alertsSaid(alertCount) : ''].filter((part) => part !== '').join(', ');
  },
  others: (titles, left) => [...titles, ...(left > 0 ? [`${number(left)} more ${left === 1 ? 'incident' : 'incidents'}`] : [])].join('; '),
  digestTitle: (count, since) => `${alertsSaid(count)} held back since ${since}, told here together`,
  digestNames: (byName) => byName.map(([name, count]) => `${name} ${number(count)}`).join(', '),
  digestLook: '`fargazer alerts list` shows each of them; none was lost.',
  bySeverity: (counts) => counts.map(([severity, count]) => `${number(count)} ${severityWord(severity, 'en')}`).join(', '),
  recent: (ms) => `last ${duration(ms)}`,
  pictured: (caption, values, usual) => `${caption}: ${values}${usual === '' ? '' : `; usual: ${usual}`}`,
  testTitle: 'fargazer can reach you here',
  testText: 'This is a test. Nothing happened, and nothing is to be done.',
  nothing: 'fargazer sends a notification without alerts',
  when: moment,
  pause: ' ',
};
