/** The report: what a replay gives, as one HTML file that needs nothing else and is the same for the same outcome. */
import { createHash } from 'node:crypto';
import type { ReplayOutcome } from '#contract';
import { reportAssets } from './assets.ts';
import { makeCharts } from './charts.ts';
import { detailsSection } from './details.ts';
import { entitiesSection } from './entities.ts';
import { embedJson, html, Markup, type Value } from './markup.ts';
import { headline, lead, storiesSection } from './stories.ts';
import { placeAlerts } from './subjects.ts';
import { shapes, timelineSection } from './timeline.ts';
import { unseenSection } from './unseen.ts';
import { figures, span } from './words.ts';

export interface ReportOptions {
  /** What was replayed, in the reader's words; stands small above the first sentence. */
  title?: string;
  /** False leaves raw records out, everywhere. */
  includeRaw: boolean;
}

/** The whole page, under 3 MB however much there is to tell: every section has its bound and says what it left out. */
export function renderReport(outcome: ReplayOutcome, { title, includeRaw }: ReportOptions): string {
  const { style, script } = reportAssets();
  const { placed, subjects } = placeAlerts(outcome);
  const charts = makeCharts(subjects);
  const entities = entitiesSection(subjects, charts);
  const details = detailsSection(outcome, placed, entities.anchors, includeRaw);
  const linked = new Set([...entities.anchors, ...details.anchors]);
  const sentence = headline(outcome, subjects);
  const sections: [id: string, name: string, content: Markup][] = [
    ['what', 'What happened', storiesSection(subjects, linked)],
    ['when', 'When', timelineSection(outcome, subjects, linked)],
    ['how', 'How unusual', entities.markup],
    ['unseen', 'What could not be seen', unseenSection(outcome, subjects, includeRaw)],
    ['details', 'Details', details.markup],
  ];
  // Without alerts the first section has nothing to add to the sentence above it.
  const shown = placed.length === 0 ? sections.slice(1) : sections;
  const policy = `default-src 'none'; style-src 'sha256-${digest(style)}'; script-src 'sha256-${digest(script)}'; base-uri 'none'; form-action 'none'`;

  return `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${sentence} · fargazer</title>
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#main">To the text</a>
${shapes()}
<header>
<p class="mark"><b>fargazer</b> ${title ?? 'replay'}</p>
<h1>${sentence}.</h1>
${lead(outcome, placed)}
<p class="meta">${read(outcome)}</p>
<nav aria-label="Sections">${shown.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</nav>
</header>
<main id="main">
${shown.map(([id, name, content]): Value => html`<section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${name}</h2>
${id === 'how' && charts.data.length > 0 && chartLegend}
${content}</section>
`)}</main>
<script type="application/json" id="charts">${embedJson(charts.data)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.html
  }`;
}

const chartLegend = html`<p class="legend">
<span class="severity"><svg width="22" height="12" aria-hidden="true"><rect class="band" width="22" height="12"/></svg>usual</span>
<span class="severity"><svg width="22" height="12" aria-hidden="true"><line class="ink" y1="6" x2="22" y2="6"/></svg>seen</span>
Alerts are marked at their time, in <span class="zone">UTC</span>.
<noscript>The charts need scripts; what they show is said above each.</noscript></p>`;

function read({ records, events, unreadable, reading, span: walked }: ReplayOutcome): Markup {
  return html`${figures(records, 'record')} and ${figures(events, 'event')} from ${figures(reading.length, 'file')}${unreadable > 0 && `, ${figures(unreadable, 'record')} not understood`}${walked && html` · ${span(walked.fromMs, walked.toMs)}`}`;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64');
