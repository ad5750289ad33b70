/** What happened: one sentence, then the alerts of each entity as stories, most urgent first. */
import type { ReplayOutcome } from '#contract';
import { clip, duration } from '../../alerting/text.ts';
import { html, within, type Markup } from './markup.ts';
import { nameOf, severityWord, tally, urgency, type Placed, type Subject } from './subjects.ts';
import { capital, clockTime, counted, dayOf, figures, inColumn, inUtc, inWords, span } from './words.ts';

/** Alerts of one entity with less than an hour between them are told together. */
const apartMs = 3_600_000;
/** Sentences of a story that are shown before it is opened. */
const shownSentences = 6;
const limitBytes = 320_000;

interface Story {
  subject: Subject;
  /** Most urgent first. */
  alerts: Placed[];
  fromMs: number;
  toMs: number;
}

/** Stories from the most urgent to the least. */
export function tellStories(subjects: readonly Subject[]): Story[] {
  const stories: Story[] = [];
  for (const subject of subjects) {
    let story: Story | undefined;
    for (const place of subject.alerts.toSorted((one, other) => one.fromMs - other.fromMs)) {
      if (story === undefined || place.fromMs - story.toMs > apartMs) {
        story = { subject, alerts: [], fromMs: place.fromMs, toMs: place.toMs };
        stories.push(story);
      }
      story.alerts.push(place);
      story.toMs = Math.max(story.toMs, place.toMs);
    }
  }
  for (const story of stories) story.alerts.sort((one, other) => rank(one) - rank(other));
  return stories.toSorted((one, other) => rank(one.alerts[0]) - rank(other.alerts[0]));
}

const rank = (place: Placed | undefined): number => Number(place?.anchor.slice(1) ?? 0);

/** The sentence on top: what a person reads who reads nothing else. */
export function headline(outcome: ReplayOutcome, subjects: readonly Subject[]): string {
  const lasted = outcome.span === undefined ? '' : ` in ${duration(outcome.span.toMs - judgedFromMs(outcome, outcome.span))}`;
  const alarmed = subjects.filter(({ alerts }) => alerts.length > 0);
  if (alarmed.length === 0) {
    if (outcome.events === 0) return 'Nothing was read that could be judged';
    if (isAnythingJudged(outcome)) return `Nothing unusual${lasted}`;
    return `Nothing could be judged yet${outcome.span === undefined ? '' : ` in ${duration(outcome.span.toMs - outcome.span.fromMs)}`}`;
  }
  const kinds = new Set(subjects.map(({ kind }) => kind));
  const [one, many] = kinds.size === 1 ? nouns(subjects[0]?.kind ?? '') : ['entity', 'entities'];
  if (subjects.length === 1) return `${clip(alarmed[0]?.name ?? '', 60)} did something unusual${lasted}`;
  const of = alarmed.length === subjects.length ? counted(alarmed.length, one, many) : `${inWords(alarmed.length)} of ${counted(subjects.length, one, many)}`;
  return `${capital(of)} did something unusual${lasted}`;
}

function nouns(kind: string): [one: string, many: string] {
  const irregular: Record<string, [string, string]> = { family: ['task family', 'task families'], stream: ['log stream', 'log streams'], interface: ['network interface', 'network interfaces'] };
  return irregular[kind] ?? [kind, `${kind}s`];
}

/** What was taught was not judged, and cannot have been unusual. */
function judgedFromMs({ teachUntilMs = 0 }: ReplayOutcome, { fromMs, toMs }: { fromMs: number; toMs: number }): number {
  return teachUntilMs < toMs ? Math.max(fromMs, teachUntilMs) : fromMs;
}

const isAnythingJudged = (outcome: ReplayOutcome): boolean => outcome.detectors.some(({ judged }) => judged > 0);

/** The lines under the headline. */
export function lead(outcome: ReplayOutcome, placed: readonly Placed[]): Markup {
  const [worst] = placed;
  const judged = outcome.entities.filter(({ judgedShare }) => judgedShare > 0).length;
  const learning = outcome.teachUntilMs === undefined
    ? html`Learning went on throughout; `
    : html`Learning ended ${inUtc(outcome.teachUntilMs)}; `;
  const judgedSentence = html`${learning}${judged < 2 ? `${inWords(judged)} entity was judged` : `${counted(judged, 'entity', 'entities')} were judged`}.`;
  return html`${worst && html`<p class="lead">Most urgent: <a href="#${worst.anchor}">${worst.alert.title}</a>, ${inUtc(worst.fromMs)}.</p>`}
<p>${placed.length > 0 && html`${figures(placed.length, 'alert')}: ${tally(placed)}. `}${judgedSentence}${outcome.isInterrupted && ' The run was interrupted; this is what was found until then.'}</p>`;
}

/** `linked` holds the anchors that exist on the page. */
export function storiesSection(subjects: readonly Subject[], linked: ReadonlySet<string>): Markup {
  const stories = tellStories(subjects);
  const { shown, left } = within(stories, limitBytes, (story) => tell(story, linked));
  return html`<div class="stories">${shown}</div>${left > 0 && html`<p class="more">${capital(counted(left, 'less urgent story', 'less urgent stories'))} not shown here; <code>--output jsonl</code> has every alert.</p>`}`;
}

/** Alerts that say the same with the same urgency, told as one sentence. */
interface Sentence {
  /** The first of them. */
  place: Placed;
  count: number;
}

function tell({ subject, alerts, fromMs, toMs }: Story, linked: ReadonlySet<string>): Markup {
  const sentences = new Map<string, Sentence>();
  for (const place of alerts) {
    const key = `${place.alert.severity} ${place.alert.title}`;
    const sentence = sentences.get(key);
    if (sentence === undefined) sentences.set(key, { place, count: 1 });
    else {
      sentence.count += 1;
      if (place.fromMs < sentence.place.fromMs) sentence.place = place;
    }
  }
  const inTime = (one: Sentence, other: Sentence): number => one.place.fromMs - other.place.fromMs || rank(one.place) - rank(other.place);
  // 200 sentences are more than anybody reads; the alerts themselves are in the JSON output.
  const all = [...sentences.values()].slice(0, 200);
  const first = all.slice(0, shownSentences).toSorted(inTime);
  const rest = all.slice(shownSentences).toSorted(inTime);
  const say = ({ place, count }: Sentence): Markup =>
    html`<li>${inColumn(place.fromMs)}${severityWord(place.alert.severity)}<span class="what">${linkTo(place, linked)}${count > 1 && html` <span class="meta">and ${figures(count - 1, 'more alert')} that say the same</span>`}</span></li>`;
  const [worst] = alerts;
  return html`<article class="story ${worst?.alert.severity}">
<h3>${nameOf(subject, linked)}</h3>
<p class="meta">${span(fromMs, toMs)} · ${figures(alerts.length, 'alert')}</p>
<ol>${first.map(say)}</ol>
${rest.length > 0 && html`<details><summary>${figures(sentences.size - first.length, 'more sentence')} of this story</summary><ol>${rest.map(say)}</ol></details>`}
${worst && html`<p class="advice">${clip(worst.alert.summary, 500)}</p><p class="advice"><b>Look first:</b> ${worst.alert.explanation.lookFirst}</p>`}
</article>`;
}

/** The alert's title, as a link where the details have it. */
export function linkTo({ alert, anchor }: Placed, linked: ReadonlySet<string>): Markup {
  return linked.has(anchor) ? html`<a href="#${anchor}">${clip(alert.title, 300)}</a>` : html`${clip(alert.title, 300)}`;
}

/** What a mark says, a line each: severity and time, title, how many more stand in its place. */
export function markText(place: Placed, more: number): Markup {
  return html`${place.alert.severity} · ${dayOf(place.fromMs)} ${clockTime(place.fromMs)} UTC
${clip(place.alert.title, 160)}${more > 0 && html`
and ${figures(more, 'more alert')} at this time`}`;
}

export const isMoreUrgent = (one: Placed, other: Placed): boolean =>
  urgency(one.alert.severity) > urgency(other.alert.severity) || (one.alert.severity === other.alert.severity && rank(one) < rank(other));
