/** Details: each alert in full, most urgent first, and how to make the report again. */
import type { Alert, ReplayOutcome } from '#contract';
import { clip, number, quantity } from '../../alerting/text.ts';
import { html, whole, within, type Markup, type Section } from './markup.ts';
import { nameOf, severityWord, type Placed } from './subjects.ts';
import { capital, counted, figures, span } from './words.ts';

const limitBytes = 650_000;
/** More than these nobody reads on a page; the JSON output has all. */
const shownAlerts = 250;

/** The section, and the anchors that it has; `articles` are those of the entities. */
export function detailsSection(outcome: ReplayOutcome, placed: readonly Placed[], articles: ReadonlySet<string>, includeRaw: boolean): Section {
  let spentBytes = 0;
  const { shown, left } = within(placed.slice(0, shownAlerts), limitBytes, (place) => {
    // Half of the room is for raw records; what is less urgent names their places alone, so that more alerts have room.
    const alert = tell(place, articles, includeRaw && spentBytes < limitBytes / 2);
    spentBytes += alert.bytes;
    return alert;
  });
  const hidden = left + Math.max(0, placed.length - shownAlerts);
  const anchors = new Set(placed.slice(0, shown.length).map(({ anchor }) => anchor));
  const markup = html`${shown}
${hidden > 0 && html`<p class="more">${capital(counted(hidden, 'more alert'))} not shown here, less urgent than these; <code>--output jsonl</code> has every alert.</p>`}
<h3>Make it again</h3>
<pre class="command">${whole(outcome.command)}</pre>
<p class="meta">fargazer ${outcome.version} · ${figures(outcome.records, 'record')} read, ${number(outcome.unreadable)} not understood · the same input gives the same report, byte for byte</p>`;
  return { markup, anchors };
}

function tell({ alert, anchor, subject, fromMs, toMs }: Placed, articles: ReadonlySet<string>, includeRaw: boolean): Markup {
  const { entity, evidence, explanation } = alert;
  const where = [
    entity.instance !== '' && `${instanceNoun(entity.kind)} ${shortened(entity.instance)}`,
    entity.container !== '' && `container ${entity.container}`,
    entity.phase !== 'run' && `while it ${entity.phase === 'start' ? 'started' : 'stopped'}`,
    entity.revision !== undefined && `revision ${entity.revision}`,
  ];
  const facts: [string, string | Markup | undefined][] = [
    ['Seen', said(evidence.observed, evidence.unit)],
    ['Usual', said(evidence.expected, evidence.unit)],
    ['History', explanation.history],
    ['Deployment', explanation.deployment],
    ['Look first', explanation.lookFirst],
    ['Quiet if', explanation.quiet],
    ['About', html`${alert.object}${where.filter((part) => part !== false).map((part) => html` · ${clip(part, 160)}`)}`],
    ['Detector', html`${alert.detector}, score ${String(Math.round(evidence.score * 100) / 100)}${alert.attack.length > 0 && html` · ATT&amp;CK ${alert.attack.slice(0, 12).join(', ')}`} · alert <code>${alert.id}</code>`],
  ];
  return html`<article class="alert ${alert.severity}" id="${anchor}" tabindex="-1">
<h3>${alert.title}</h3>
<p class="meta">${severityWord(alert.severity)} · ${span(fromMs, toMs)} · ${nameOf(subject, articles)}${alert.count > 1 && ` · ${number(alert.count)} times`}</p>
<p>${alert.summary}</p>
<dl>${facts.map(([term, fact]) => fact !== undefined && fact !== '' && html`<div><dt>${term}</dt><dd>${fact}</dd></div>`)}</dl>
${records(alert, includeRaw)}
</article>`;
}

const said = (value: string | number, unit: string): string => (typeof value === 'number' ? quantity(value, unit) : value);

const instanceNoun = (kind: string): string => (kind === 'principal' ? 'session' : kind === 'workload' || kind === 'namespace' ? 'pod' : 'task');

/** Task ids are told apart by their beginning; other names are kept whole. */
const shortened = (id: string): string => (/^[0-9a-f]{32}$/.test(id) ? `${id.slice(0, 8)}…` : id);

function records({ evidence }: Alert, includeRaw: boolean): Markup | undefined {
  if (evidence.records.length === 0) return undefined;
  const rows = evidence.records.map(({ file, line, record, eventId, raw }) => {
    const place = line !== undefined ? `${clip(file, 200)}:${line}` : record !== undefined ? `${clip(file, 200)}#${record}` : clip(file, 200);
    return html`<li><code>${place}</code>${eventId !== undefined && html` <span class="meta">${clip(eventId, 80)}</span>`}${includeRaw && raw !== undefined && html`<pre>${raw}</pre>`}</li>`;
  });
  return html`<details><summary>${figures(evidence.records.length, 'raw record')}${!includeRaw && ' (places only)'}</summary><ul class="records">${rows}</ul></details>`;
}
