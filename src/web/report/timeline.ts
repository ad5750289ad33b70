/** When: a lane an entity, marks by severity, learning and blind times shaded; drawn here, so that it needs no script. */
import type { ReplayOutcome } from '#contract';
import { html, within, type Markup } from './markup.ts';
import { isMoreUrgent, markText } from './stories.ts';
import { fromMostUrgent, nameOf, severityWord, type Placed, type Subject } from './subjects.ts';
import { capital, clockTime, counted, dayOf, span } from './words.ts';

/** Lanes that a person can take in at a glance. */
const shownLanes = 40;
/** Marks closer than this share of the width would cover one another at 320 px: one stands for all. */
const bucketShare = 1 / 60;
const limitBytes = 400_000;

const steps = [1, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2 * 1440, 7 * 1440, 14 * 1440, 30 * 1440, 90 * 1440, 365 * 1440, 5 * 365 * 1440].map((minutes) => minutes * 60_000);

interface Axis {
  fromMs: number;
  toMs: number;
  /** Only the time around the alerts. */
  isPart: boolean;
  /** Place of a time, in percent of the width. */
  at(timeMs: number): number;
}

export function timelineSection(outcome: ReplayOutcome, subjects: readonly Subject[], linked: ReadonlySet<string>): Markup {
  const axis = axisOf(outcome, subjects);
  if (axis === undefined) return html`<p>No record had a time, so there is no timeline.</p>`;
  const { shown, left } = within(subjects.slice(0, shownLanes), limitBytes, (subject) => lane(subject, axis, outcome, linked));
  const hidden = left + Math.max(0, subjects.length - shownLanes);
  const isQuiet = subjects.every(({ alerts }) => alerts.length === 0);
  return html`<div class="timeline">
<div class="lane axis" aria-hidden="true"><span class="name"><span class="zone">UTC</span></span>${ticks(axis, true)}</div>
<ol>${shown}</ol>
</div>
<p class="legend">
${isQuiet ? html`<span class="severity">No marks: nothing alerted.</span>` : fromMostUrgent.map((severity) => html`${severityWord(severity)} `)}
<span class="severity"><svg width="22" height="12" aria-hidden="true"><rect class="learning" width="22" height="12"/><rect class="hatched" width="22" height="12"/></svg>learning</span>
<span class="severity"><svg width="22" height="12" aria-hidden="true"><rect class="blind" width="22" height="12"/></svg>could not be seen</span></p>
${axis.isPart && html`<p class="more">Shown is the time around the alerts; records reach from ${span(outcome.span?.fromMs ?? axis.fromMs, outcome.span?.toMs ?? axis.toMs)}.</p>`}
${hidden > 0 && html`<p class="more">${capital(counted(hidden, 'more entity', 'more entities'))} without a lane here, less urgent than these.</p>`}
<div id="card" hidden></div>`;
}

function axisOf(outcome: ReplayOutcome, subjects: readonly Subject[]): Axis | undefined {
  const alerted = { fromMs: Infinity, toMs: -Infinity };
  for (const { alerts } of subjects) {
    for (const place of alerts) {
      alerted.fromMs = Math.min(alerted.fromMs, place.fromMs);
      alerted.toMs = Math.max(alerted.toMs, place.toMs);
    }
  }
  let fromMs = Math.min(outcome.span?.fromMs ?? Infinity, alerted.fromMs);
  let toMs = Math.max(outcome.span?.toMs ?? -Infinity, alerted.toMs);
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs)) return undefined;
  // Records of other years would press all alerts into one mark: then the time around the alerts is shown.
  const aroundMs = Math.max(3_600_000, (alerted.toMs - alerted.fromMs) / 4);
  const isPart = Number.isFinite(aroundMs) && toMs - fromMs > 60 * 86_400_000 && toMs - fromMs > 20 * (alerted.toMs - alerted.fromMs + 2 * aroundMs);
  if (isPart) {
    fromMs = Math.max(fromMs, alerted.fromMs - aroundMs);
    toMs = Math.min(toMs, alerted.toMs + aroundMs);
  }
  const length = Math.max(60_000, toMs - fromMs);
  return { fromMs, toMs: fromMs + length, isPart, at: (timeMs) => Math.round(Math.min(1, Math.max(0, (timeMs - fromMs) / length)) * 10_000) / 100 };
}

function ticks(axis: Axis, isLabelled: boolean): Markup {
  const length = axis.toMs - axis.fromMs;
  const step = steps.find((candidate) => length / candidate <= 6) ?? length / 4;
  const times: number[] = [];
  for (let timeMs = Math.ceil(axis.fromMs / step) * step; timeMs <= axis.toMs && times.length < 8; timeMs += step) times.push(timeMs);
  const isDays = step >= 86_400_000;
  const label = (timeMs: number, index: number): Markup => {
    const x = axis.at(timeMs);
    const anchor = x < 6 ? 'start' : x > 94 ? 'end' : 'middle';
    const isNewDay = index === 0 || dayOf(timeMs) !== dayOf(times[index - 1] ?? 0);
    const day = length > 300 * 86_400_000 ? dayOf(timeMs).slice(-8) : dayOf(timeMs).slice(0, -5);
    const size = length > 300 * 86_400_000 ? 'year' : 'day';
    return html`<text x="${x}%" y="12" text-anchor="${anchor}" data-tick="${isDays ? size : 'time'}" data-ms="${timeMs}">${isDays ? day : clockTime(timeMs)}</text>
${!isDays && html`<text x="${x}%" y="27" text-anchor="${anchor}" data-tick="new-day" data-ms="${timeMs}">${isNewDay && day}</text>`}`;
  };
  return html`<svg class="track" width="100%" height="${isLabelled ? 40 : 32}">${times.map((timeMs, index) => html`${isLabelled && label(timeMs, index)}
<line class="tick" x1="${axis.at(timeMs)}%" x2="${axis.at(timeMs)}%" y1="${isLabelled ? 34 : 0}" y2="${isLabelled ? 40 : 32}"/>`)}</svg>`;
}

function lane(subject: Subject, axis: Axis, outcome: ReplayOutcome, linked: ReadonlySet<string>): Markup {
  const { entity, alerts } = subject;
  const bar = (kind: string, fromMs: number, toMs: number, y: number, height: number): Markup => {
    if (toMs < axis.fromMs || fromMs > axis.toMs) return html``;
    const x = axis.at(fromMs);
    return html`<rect class="${kind}" x="${x}%" y="${y}" width="${Math.max(kind === 'seen' ? 0.5 : 0.15, Math.round((axis.at(toMs) - x) * 100) / 100)}%" height="${height}"/>`;
  };
  const parts: Markup[] = [];
  if (entity !== undefined) {
    const learnedMs = Math.max(entity.readyFromMs ?? entity.lastSeenMs, outcome.teachUntilMs ?? 0);
    if (learnedMs > entity.firstSeenMs) {
      const untilMs = Math.min(learnedMs, axis.toMs);
      parts.push(bar('learning', entity.firstSeenMs, untilMs, 2, 28), bar('hatched', entity.firstSeenMs, untilMs, 2, 28));
    }
    parts.push(bar('seen', entity.firstSeenMs, entity.lastSeenMs, 15.5, 1));
  }
  for (const { alert, fromMs, toMs } of alerts.slice(0, 500)) if (alert.detector.startsWith('coverage-')) parts.push(bar('blind', fromMs, toMs, 2, 28));
  const marks = gather(alerts, axis);
  for (const { place } of marks) if (place.toMs - place.fromMs > 60_000) parts.push(bar(`lasting ${place.alert.severity}`, place.fromMs, place.toMs, 14.5, 3));
  const isLearning = entity !== undefined && entity.readyFromMs === undefined;
  const said = [...(alerts.length > 0 ? [counted(alerts.length, 'alert')] : isLearning ? [] : ['nothing unusual']), ...(isLearning ? ['still learning'] : [])].join(', ');
  return html`<li class="lane"><span class="name">${nameOf(subject, linked, 60)}<span class="meta">${said}</span></span>
<svg class="track" width="100%" height="32" role="group" aria-label="${subject.name}: ${said}">${parts}${marks.map((mark) => draw(mark, axis, linked))}</svg></li>`;
}

interface Mark {
  place: Placed;
  more: number;
}

/** One mark for all alerts of a bucket, the most urgent of them. */
function gather(alerts: readonly Placed[], axis: Axis): Mark[] {
  const marks = new Map<number, Mark>();
  for (const place of alerts) {
    const bucket = Math.floor(axis.at(place.fromMs) / 100 / bucketShare);
    const mark = marks.get(bucket);
    if (mark === undefined) marks.set(bucket, { place, more: 0 });
    else {
      mark.more += 1;
      if (isMoreUrgent(place, mark.place)) mark.place = place;
    }
  }
  return [...marks.entries()].toSorted(([one], [other]) => one - other).map(([, mark]) => mark);
}

function draw({ place, more }: Mark, axis: Axis, linked: ReadonlySet<string>): Markup {
  const { severity } = place.alert;
  const x = axis.at(place.fromMs);
  const shape = html`<title>${markText(place, more)}</title><circle class="target" cx="${x}%" cy="16" r="12"/><use href="#m-${severity}${more > 0 && '-many'}" x="${x}%" y="16" class="${severity}"/>`;
  return linked.has(place.anchor)
    ? html`<a class="mark" href="#${place.anchor}" data-ms="${place.fromMs}">${shape}</a>`
    : html`<g class="mark" tabindex="0" role="img" data-ms="${place.fromMs}">${shape}</g>`;
}

/** Shapes and patterns that the marks refer to; the -many ones have a ring around them. */
export function shapes(): Markup {
  const outlines = [['critical', 'M0-6.5 6.5 0 0 6.5-6.5 0Z'], ['high', 'M0-6 6 5H-6Z'], ['medium', 'M-4.5-4.5h9v9h-9Z'], ['low', 'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0Z']];
  return html`<svg class="shapes" width="0" height="0" aria-hidden="true"><defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line y2="6"/></pattern>
${outlines.map(([severity, outline]) => html`<path id="m-${severity}" d="${outline}"/><g id="m-${severity}-many"><path d="${outline}"/><circle class="ring" r="9"/></g>`)}
</defs></svg>`;
}
