/** An alert as an SNS message: a subject for mail, a text for people, attributes for filter policies. */
import { createHash } from 'node:crypto';
import type { Alert } from '#contract';
import { clip, defang, duration, number, quantity, sanitize } from '../../text.ts';

/** What SNS takes, attributes included, bytes. */
export const messageLimitBytes = 262_144;

/** Subjects must be shorter than 100 characters. */
const subjectCharacters = 99;

/** A text of the alert is not longer than this; all of them together are far below what SNS takes, but for raw records. */
const textCharacters = 4_000;

export interface SnsMessage {
  subject: string;
  text: string;
  attributes: Readonly<Record<string, { DataType: 'String' | 'Number'; StringValue: string }>>;
}

export function snsMessage(alert: Alert): SnsMessage {
  const attributes = {
    detector: text(alert.detector),
    severity: text(alert.severity),
    status: text(alert.status),
    alertId: text(alert.id),
    revision: { DataType: 'Number' as const, StringValue: String(alert.revision) },
  };
  const attributeBytes = Object.entries(attributes).reduce((sum, [name, { DataType, StringValue }]) => sum + Buffer.byteLength(name + DataType + StringValue), 0);
  return { subject: subject(alert), text: fitting(alert, messageLimitBytes - attributeBytes - subjectCharacters), attributes };
}

/** A value of an attribute: never empty, which SNS refuses. */
function text(value: string): { DataType: 'String'; StringValue: string } {
  const plain = clip(sanitize(value), 256);
  return { DataType: 'String', StringValue: plain === '' ? '-' : plain };
}

function subject({ severity, status, title }: Alert): string {
  return asciiSubject(`[${status === 'resolved' ? 'resolved' : severity}] ${defang(sanitize(clip(title, 400)))}`);
}

/** Mail programs show it first; letters with marks lose these, everything else that is no ASCII shows as `?`. */
export function asciiSubject(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/gu, '?')
    .replace(/ {2,}/g, ' ')
    .trim();
  return plain.length > subjectCharacters ? `${plain.slice(0, subjectCharacters - 3).trimEnd()}...` : plain;
}

/** The whole text; where it is too large, raw records go, the last first, and the text says so. */
function fitting(alert: Alert, limitBytes: number): string {
  const { records } = alert.evidence;
  for (let kept = records.length; kept > 0; kept -= 1) {
    const whole = body(alert, kept);
    if (Buffer.byteLength(whole) <= limitBytes) return whole;
  }
  return body(alert, 0);
}

function body(alert: Alert, keptRecords: number): string {
  const { entity, evidence, explanation, attack } = alert;
  const said = (value: string | number): string => (typeof value === 'number' ? quantity(value, evidence.unit) : value);
  const lastedMs = Date.parse(alert.lastSeen) - Date.parse(alert.firstSeen);
  const place = [entity.cluster, entity.account, entity.region].filter((part) => part !== '').join(', ');
  const rows: [label: string, value: string | undefined][] = [
    ['Severity', alert.status === 'resolved' ? `${alert.severity}, resolved` : alert.severity],
    ['Where', `${entity.kind} ${entity.name}${entity.container === '' ? '' : `, container ${entity.container}`}${place === '' ? '' : ` (${place})`}`],
    ['Task', entity.instance === '' ? undefined : entity.instance],
    ['About', alert.object],
    ['When', `${alert.firstSeen} to ${alert.lastSeen}`],
    ['How often', `${number(alert.count)} times${lastedMs >= 1_000 ? ` in ${duration(lastedMs)}` : ''}`],
    ['Observed', said(evidence.observed)],
    ['Usual', said(evidence.expected)],
    ['History', explanation.history],
    ['Deployment', explanation.deployment],
    ['Look first', explanation.lookFirst],
    ['Quiet if', explanation.quiet],
    ['ATT&CK', attack.length === 0 ? undefined : attack.join(', ')],
    ['Alert', `${alert.id}, revision ${alert.revision}, detector ${alert.detector}`],
  ];
  const records = evidence.records.slice(0, keptRecords).map(({ file, line, raw }) => `  ${shown(`${file}${line === undefined ? '' : `:${line}`}${raw === undefined ? '' : `  ${raw}`}`)}`);
  const leftOut = evidence.records.length - keptRecords;
  return [
    shown(alert.title),
    '',
    shown(alert.summary),
    '',
    ...rows.flatMap(([label, value]) => (value === undefined ? [] : [`${`${label}:`.padEnd(12)}${shown(value)}`])),
    ...(records.length === 0 ? [] : ['', 'Records:', ...records]),
    ...(leftOut === 0 ? [] : ['', `Shortened: ${leftOut} of ${evidence.records.length} records are left out, since the message would be larger than SNS takes.`]),
    '',
  ].join('\n');
}

/** One line that shows what is in it, and in which nothing can be clicked. */
function shown(value: string): string {
  return defang(clip(sanitize(value), textCharacters));
}

/** What FIFO topics take as a group or for telling repeats apart: up to 128 letters, digits and punctuation; anything else is hashed. */
export function fifoToken(value: string): string {
  return /^[\x21-\x7e]{1,128}$/.test(value) ? value : createHash('sha256').update(value).digest('hex');
}
