/** How unusual: per entity its charts, and tables of what it talked to, said and called, with what was new. */
import type { EntityOutcome, SeenRow } from '#contract';
import { clip, number } from '../../alerting/text.ts';
import type { Charts } from './charts.ts';
import { html, within, type Markup, type Section } from './markup.ts';
import { tally, type Subject } from './subjects.ts';
import { capital, clockTime, counted, dayOf, figures, inUtc, listed, share, span } from './words.ts';

const shownRows = 8;
/** Rows behind `more`. */
const hiddenRows = 40;
const limitBytes = 430_000;

const feedTitles: Record<string, string> = {
  sensor: 'the sensor', series: 'series', zeek: 'Zeek', log: 'logs', 'task-metadata': 'task metadata', firelens: 'FireLens logs', 'ecs-event': 'ECS events',
  'container-insights': 'Container Insights', 'resolver-log': 'DNS queries', guardduty: 'GuardDuty', 'load-balancer': 'load balancer logs', 'flow-log': 'flow logs',
  cloudtrail: 'CloudTrail', 'kubernetes-audit': 'Kubernetes audit',
};

export function entitiesSection(subjects: readonly Subject[], charts: Charts): Section {
  if (subjects.length === 0) return { markup: html`<p>No record could be filed under a service, principal or other entity.</p>`, anchors: new Set() };
  const { shown, left } = within(subjects, limitBytes, (subject) => one(subject, charts));
  const markup = html`${shown}${left > 0 && html`<p class="more">${capital(counted(left, 'more entity', 'more entities'))} not shown here, less urgent than these.</p>`}`;
  return { markup, anchors: new Set(subjects.slice(0, shown.length).map(({ anchor }) => anchor)) };
}

function one(subject: Subject, charts: Charts): Markup {
  const { name, kind, anchor, entity, alerts } = subject;
  const { figures: shown, left } = charts.of(subject);
  return html`<article class="entity" id="${anchor}"><h3>${clip(name, 120)}</h3>
<p class="meta">${entity === undefined ? html`${kind}; known from its alerts alone` : about(entity)}</p>
<p>${alerts.length > 0 ? html`${capital(counted(alerts.length, 'alert'))}: ${tally(alerts)}. ` : isJudged(entity) && 'Nothing unusual. '}${entity && judged(entity)}</p>
${shown.length > 0 && html`<div class="charts">${shown}</div>`}
${left > 0 && html`<p class="more">${capital(counted(left, 'more series', 'more series'))} not drawn.</p>`}
${entity && [table('Destinations', 'To', entity.destinations), table('Kinds of lines', 'Line', entity.kinds), table('API calls', 'Call', entity.calls)]}
</article>`;
}

function about({ owner, tasks, events, feeds, firstSeenMs, lastSeenMs }: EntityOutcome): Markup {
  const place = [owner.cluster, owner.account, owner.region].filter((part) => part !== '').join(', ');
  const ran = tasks > 0 ? ` · ${figures(tasks, 'task')}` : '';
  return html`${capital(owner.kind)}${place !== '' && ` in ${clip(place, 160)}`}${ran} · ${figures(events, 'event')} from ${listed(feeds.map((feed) => feedTitles[feed] ?? feed))} · ${span(firstSeenMs, lastSeenMs)}`;
}

const isJudged = (entity: EntityOutcome | undefined): boolean => entity?.readyFromMs !== undefined && entity.judgedShare > 0;

function judged(entity: EntityOutcome): Markup {
  const { readyFromMs, judgedShare } = entity;
  if (readyFromMs === undefined || !isJudged(entity)) return html`Still learning: what is usual for it is not known yet.`;
  return html`It could be judged from ${inUtc(readyFromMs)}: ${share(judgedShare)} of what was seen.`;
}

function table(title: string, heading: string, rows: readonly SeenRow[]): Markup | undefined {
  if (rows.length === 0) return undefined;
  const ordered = rows.toSorted((a, b) => Number(b.isNew) - Number(a.isNew) || b.count - a.count || (a.what < b.what ? -1 : 1));
  const fresh = rows.filter(({ isNew }) => isNew).length;
  const more = ordered.slice(shownRows, shownRows + hiddenRows);
  const rest = ordered.length - shownRows - more.length;
  const draw = (part: readonly SeenRow[]): Markup => html`<table><thead><tr><th scope="col">${heading}</th>
    <th scope="col">First seen</th>
    <th scope="col" class="n">Count</th>
    <th scope="col" class="n">Tasks</th></tr></thead>
    <tbody>${part.map(row)}</tbody></table>`;
  return html`<section class="seen"><h4>${title} <span class="meta">${number(rows.length)}${fresh > 0 ? `, ${number(fresh)} new` : ', none new'}</span></h4>${draw(ordered.slice(0, shownRows))}
${more.length > 0 && html`<details><summary>${figures(ordered.length - shownRows, 'more row')}</summary>${draw(more)}${rest > 0 && html`<p class="more">${figures(rest, 'row')} more, not shown.</p>`}</details>`}</section>`;
}

function row({ what, detail, firstSeenMs, count, tasks, isNew }: SeenRow): Markup {
  return html`<tr class="${isNew ? 'new' : 'known'}"><td>${isNew && html`<b class="flag">new</b> `}<code>${clip(what, 240)}</code>${detail !== '' && html` <span class="meta">${clip(detail, 160)}</span>`}</td>
    <td class="t" data-h="first seen">${dayOf(firstSeenMs).slice(0, -5)} ${clockTime(firstSeenMs)}</td>
    <td class="n" data-h="count">${number(count)}</td>
    ${tasks > 0 ? html`<td class="n" data-h="tasks">${number(tasks)}</td>` : html`<td class="n none">–</td>`}</tr>`;
}
