/** What `fargazer alerts` prints. */
import { matcherText, type Severity, type Silence } from '#contract';
import { formatDuration } from '../../config/index.ts';
import { sanitize } from '../../alerting/text.ts';
import { width, wrap } from '../../alerting/sinks/console/width.ts';
import type { AlertsListing, AlertStory, RedeliveryRow, RoutedFinding, TrialRow } from './alerts-program.ts';
import { counted, utc } from './summary.ts';
import { paint, type Style, type Terminal } from './terminal.ts';

const severityStyles: Readonly<Record<Severity, Style>> = { critical: ['bold', 'red'], high: 'red', medium: 'yellow', low: 'cyan' };
const longestWord = 'critical'.length;

/** Ids are shown so far; the commands take a beginning. */
const shownId = 12;

/** Wrapped to the terminal, with what follows the first line set in. */
function wrapped(text: string, { columns }: Terminal, indent: number, more = indent): string {
  const [first = '', ...rest] = wrap(sanitize(text), Math.max(20, columns - more), 20);
  return [`${' '.repeat(indent)}${first}`, ...rest.map((line) => `${' '.repeat(more)}${line}`)].join('\n');
}

/** A head with text beside it, wrapped within the columns that are left. */
function beside(head: string, text: string, terminal: Terminal): string {
  return `${head}${wrapped(text, terminal, 0, width(head)).trimStart()}`;
}

export function listingText({ incidents, walkedMs, waiting }: AlertsListing, terminal: Terminal, isAll: boolean): string {
  const lines: string[] = [];
  for (const { id, severity, isOpen, firstMs, lastMs, alertCount, alerts } of incidents) {
    const word = paint(terminal, severityStyles[severity], severity.padEnd(longestWord));
    const since = isOpen ? `since ${utc(firstMs)} UTC` : `over, ${utc(firstMs)} to ${utc(lastMs)} UTC`;
    lines.push(`${word}  incident ${id.slice(0, shownId)}  ${since}, ${counted(alertCount, 'alert')}`);
    for (const alert of alerts) {
      const marks = [...(alert.isOpen ? [] : ['over']), ...(alert.silence === undefined ? [] : [`silenced by ${alert.silence.slice(0, shownId)}`])];
      const title = alert.title ?? `${alert.detector}${alert.service === '' ? '' : ` of ${alert.service}`}`;
      lines.push(beside(`  ${sanitize(alert.id.slice(0, shownId))}  `, `${title}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`, terminal));
    }
    if (alertCount > alerts.length) lines.push(paint(terminal, 'dim', `  and ${counted(alertCount - alerts.length, 'alert')} more`));
  }
  if (incidents.length === 0) lines.push(isAll ? 'No incident is remembered.' : 'Nothing is open.');
  const until = walkedMs === undefined ? 'Nothing was decided yet: alerts are grouped and told by live runs.' : `Decided up to ${utc(walkedMs)} UTC${waiting === 0 ? '' : `; ${counted(waiting, 'alert')} wait`}.`;
  return `${lines.join('\n')}\n\n${until}\n`;
}

const standings: Readonly<Record<AlertStory['standing'], string>> = {
  open: 'It is open.',
  over: 'It is over.',
  waiting: 'It was found, and nothing was decided of it yet.',
  counted: 'There were more alerts than are remembered one by one: it was counted, and told in a digest.',
};

export function storyText({ id, title, incident, standing, decisions, givenUp }: AlertStory, terminal: Terminal): string {
  const lines = [paint(terminal, 'bold', sanitize(title ?? id)), `Alert ${sanitize(id)}${incident === undefined ? '' : `, incident ${sanitize(incident)}`}. ${standings[standing]}`, ''];
  const longestStage = Math.max(0, ...decisions.map(({ stage }) => stage.length));
  for (const { timeMs, lastMs, times, stage, reason, detail } of decisions) {
    const again = times === 1 ? '' : ` (${times} times, last ${utc(lastMs)})`;
    lines.push(beside(`${utc(timeMs)}  ${sanitize(stage).padEnd(longestStage)}  `, `${reason}${detail === undefined ? '' : `: ${detail}`}${again}`, terminal));
  }
  if (decisions.length === 0 && standing !== 'counted') lines.push('No decisions.');
  for (const { output, code, atMs, revision } of givenUp) {
    lines.push(wrapped(`${utc(atMs)}  ${output} did not take revision ${revision} (${code}), and it was given up. Once that is mended: fargazer alerts redeliver --sink ${output}`, terminal, 0, 2));
  }
  return `${lines.join('\n')}\n`;
}

export function routesText(findings: readonly RoutedFinding[], terminal: Terminal): string {
  const paragraphs = findings.map(({ id, title, ways }) => {
    const head = paint(terminal, 'bold', wrapped(`${title}${id === '' ? '' : ` (${id.slice(0, shownId)})`}`, terminal, 0));
    const lines = ways.flatMap(({ path, receiver, outputs, grouped, group, waitMs, repeatMs, muted }) => {
      const to = outputs.length === 0 ? 'no output' : outputs.join(', ');
      const labels = grouped.map((name) => `${name}${Object.hasOwn(group, name) ? `=${group[name as keyof typeof group]}` : ''}`).join(', ');
      const by = grouped[0] === '...' ? 'by every label' : grouped.length === 0 ? 'all together' : `by ${labels}`;
      return [
        wrapped(`${path}: to ${receiver} (${to})`, terminal, 2, 4),
        paint(terminal, 'dim', wrapped(`grouped ${by}; first told after ${formatDuration(waitMs)}, again every ${formatDuration(repeatMs)}`, terminal, 4)),
        ...(muted === undefined ? [] : [paint(terminal, 'yellow', wrapped(`silent now: ${muted}`, terminal, 4))]),
      ];
    });
    return [head, ...lines].join('\n');
  });
  return `${paragraphs.join('\n\n')}\n`;
}

function stateOf({ startsMs, endsMs }: Silence, nowMs: number): 'ended' | 'to come' | 'holds' {
  if (endsMs <= nowMs) return 'ended';
  return startsMs > nowMs ? 'to come' : 'holds';
}

export function silenceText(silence: Silence, nowMs: number): string {
  const { id, matchers, author, reason, startsMs, endsMs } = silence;
  const state = stateOf(silence, nowMs);
  const when = state === 'to come' ? `from ${utc(startsMs)} to ${utc(endsMs)} UTC` : state === 'ended' ? `ended ${utc(endsMs)} UTC` : `until ${utc(endsMs)} UTC`;
  return sanitize(`${id}  ${matchers.map(matcherText).join(', ')}  ${when}; ${author}: ${reason}`);
}

const stateStyles: Readonly<Record<ReturnType<typeof stateOf>, Style>> = { holds: 'green', 'to come': 'yellow', ended: 'dim' };

export function silencesText(silences: readonly Silence[], nowMs: number, terminal: Terminal): string {
  if (silences.length === 0) return 'There are no silences.\n';
  const rank = ['holds', 'to come', 'ended'];
  const sorted = silences.toSorted((left, right) => rank.indexOf(stateOf(left, nowMs)) - rank.indexOf(stateOf(right, nowMs)) || left.endsMs - right.endsMs);
  return sorted.map((silence) => `${paint(terminal, stateStyles[stateOf(silence, nowMs)], stateOf(silence, nowMs).padEnd('to come'.length))}  ${silenceText(silence, nowMs)}\n`).join('');
}

export function redeliveryText(rows: readonly RedeliveryRow[], terminal: Terminal): string {
  return rows.map((row) => `${rowOf(row, terminal)}\n`).join('');
}

function rowOf({ output, delivered, superseded, lost, failed, skipped, firstFailure }: RedeliveryRow, terminal: Terminal): string {
  if (delivered + superseded + lost + failed + skipped === 0) return `${sanitize(output)}: no dead letters.`;
  const parts = [
    `${delivered} sent again`,
    ...(superseded === 0 ? [] : [`${superseded} left out, for their messages have gone on since`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(skipped === 0 ? [] : [`${skipped} not tried after that`]),
    ...(lost === 0 ? [] : [`${lost} cannot be sent, for their content is not kept any more`]),
  ];
  const why = firstFailure === undefined ? '' : ` The first failure: ${firstFailure.message}`;
  return wrapped(`${output}: ${parts.join('; ')}.${why}`, terminal, 0, 2);
}

export function trialText({ output, isDelivered, says, code, tookMs }: TrialRow, terminal: Terminal): string {
  const verdict = paint(terminal, isDelivered ? 'green' : 'red', isDelivered ? 'ok  ' : 'fail');
  const told = isDelivered ? `${output} ${says} (${tookMs} ms).` : `${output}: ${says}${code === undefined ? '' : ` (${code})`}`;
  return `${verdict}  ${wrapped(told, terminal, 0, 6)}\n`;
}
