/** What could not be seen: files, unread records with reasons, learning, detectors without input, bounds. */
import type { DetectorOutcome, FileReading, ReplayOutcome, Unreadable } from '#contract';
import { clip, number, quantity } from '../../alerting/text.ts';
import { html, within, type Markup } from './markup.ts';
import type { Subject } from './subjects.ts';
import { capital, counted, figures, inUtc, listed, share } from './words.ts';

const limitBytes = 90_000;

export function unseenSection(outcome: ReplayOutcome, subjects: readonly Subject[], includeRaw: boolean): Markup {
  return html`${sentences(outcome)}
<h3>Files</h3>${files(outcome.reading)}
${unread(outcome, includeRaw)}
<h3>Learning</h3>${learning(subjects)}
<h3>Detectors</h3>${detectors(outcome.detectors)}`;
}

function sentences({ blind, bounds, setAside, duplicates, unattributed, detectors: all }: ReplayOutcome): Markup {
  const aside: [number, string][] = [
    [setAside.future, 'dated too far ahead'], [setAside.past, 'dated before 2006'], [setAside.olderThanState, 'older than the saved state'],
    [setAside.outsideSpan, 'outside the span asked for'], [setAside.alreadyRead, 'read before'],
  ];
  const said = [
    ...blind,
    ...aside.filter(([count]) => count > 0).map(([count, why]) => `${figures(count, 'record')} set aside: ${why}.`),
    ...(duplicates > 0 ? [`${figures(duplicates, 'record')} met again under the same id and counted once.`] : []),
    ...(unattributed > 0 ? [`${figures(unattributed, 'event')} could not be filed under a service, principal or other entity.`] : []),
    ...all.flatMap(({ quarantined }) => quarantined),
    ...bounds,
  ];
  if (said.length === 0) return html`<p>Nothing is known to be missing: every record was read, and no bound was reached.</p>`;
  const { shown, left } = within(said, limitBytes / 2, (sentence) => html`<li>${sentence}</li>`);
  return html`<ul class="plain">${shown}</ul>${left > 0 && html`<p class="more">${capital(counted(left, 'more sentence'))} not shown.</p>`}`;
}

function files(reading: readonly FileReading[]): Markup {
  if (reading.length === 0) return html`<p>No file was read.</p>`;
  const { shown, left } = within(reading, limitBytes, ({ file, bytes, formats, records, events, skipped, unreadable, notes }) => {
    const unreadCount = unreadable.reduce((sum, { count }) => sum + count, 0);
    const nothing = Object.entries(skipped).map(([why, count]) => `${number(count)} skipped: ${why}`);
    return html`<tr><td><code>${clip(file, 300)}</code>${[...notes, ...nothing].slice(0, 12).map((note) => html`<span class="meta line">${clip(note, 300)}</span>`)}</td>
      <td>${clip(listed(Object.keys(formats)), 200) || 'not recognised'}</td>
      <td class="n" data-h="size">${quantity(bytes, 'bytes')}</td>
      <td class="n" data-h="records">${number(records)}</td>
      <td class="n" data-h="events">${number(events)}</td>
      <td class="n" data-h="unread">${unreadCount > 0 ? html`<b>${number(unreadCount)}</b>` : '0'}</td></tr>`;
  });
  return html`<table class="wide"><thead><tr><th scope="col">File</th>
    <th scope="col">Format</th>
    <th scope="col" class="n">Size</th>
    <th scope="col" class="n">Records</th>
    <th scope="col" class="n">Events</th>
    <th scope="col" class="n">Unread</th></tr></thead>
    <tbody>${shown}</tbody></table>
    ${left > 0 && html`<p class="more">${figures(left, 'more file')} read, not shown.</p>`}`;
}

function unread({ reading, unreadable }: ReplayOutcome, includeRaw: boolean): Markup | undefined {
  const reasons = reading.flatMap(({ unreadable: some }) => some).toSorted((one, other) => other.count - one.count);
  if (reasons.length === 0) return undefined;
  const draw = ({ reason, count, first, raw }: Unreadable): Markup => {
    const place = first.line !== undefined ? `${first.file}, line ${number(first.line)}` : first.record !== undefined ? `${first.file}, record ${number(first.record)}` : first.file;
    return html`<li>${figures(count, 'record')}: ${reason} <span class="meta">First: ${clip(place, 300)}</span>${includeRaw && raw !== '' && html`<details><summary>the record</summary><pre>${raw}</pre></details>`}</li>`;
  };
  const { shown, left } = within(reasons, limitBytes, draw);
  return html`<h3>Unread</h3><p>${capital(figures(unreadable, 'record'))} could not be read; all others were.</p><ul class="plain">${shown}</ul>${left > 0 && html`<p class="more">${capital(counted(left, 'more reason'))} not shown.</p>`}`;
}

function learning(subjects: readonly Subject[]): Markup {
  const known = subjects.flatMap(({ entity }) => (entity === undefined ? [] : [entity])).toSorted((one, other) => one.judgedShare - other.judgedShare);
  if (known.length === 0) return html`<p>No entity was seen, so nothing was learned.</p>`;
  const { shown, left } = within(known, limitBytes, ({ name, readyFromMs, judgedShare, events }) =>
    html`<tr><td>${clip(name, 120)}</td>
      ${readyFromMs === undefined ? html`<td>still learning</td>` : html`<td data-h="judged from">${inUtc(readyFromMs)}</td>`}
      <td class="n" data-h="share judged">${share(judgedShare)}</td>
      <td class="n" data-h="events">${number(events)}</td></tr>`);
  return html`<table class="wide"><thead><tr><th scope="col">Entity</th>
    <th scope="col">Judged from</th>
    <th scope="col" class="n">Share judged</th>
    <th scope="col" class="n">Events</th></tr></thead>
    <tbody>${shown}</tbody></table>
    ${left > 0 && html`<p class="more">${figures(left, 'more entity', 'more entities')}, of which a larger share was judged.</p>`}`;
}

function detectors(all: readonly DetectorOutcome[]): Markup {
  const draw = ({ id, title, judged, abstained, alerts, quarantined }: DetectorOutcome): Markup => {
    const state = judged + abstained === 0 ? 'lacked its input: no record of the kind it reads' : judged === 0 ? 'learned only' : '';
    const stopped = quarantined.length > 0 ? `stopped for ${counted(quarantined.length, 'entity', 'entities')} after an error` : '';
    return html`<tr><td><code>${id}</code> <span class="meta line">${[title, state, stopped].filter((part) => part !== '').join(' · ')}</span></td>
      <td class="n" data-h="judged">${number(judged)}</td>
      <td class="n" data-h="still learning">${number(abstained)}</td>
      <td class="n" data-h="alerts">${number(alerts)}</td></tr>`;
  };
  return html`<table class="wide"><thead><tr><th scope="col">Detector</th>
    <th scope="col" class="n">Judged</th>
    <th scope="col" class="n">Still learning</th>
    <th scope="col" class="n">Alerts</th></tr></thead>
    <tbody>${all.map(draw)}</tbody></table>`;
}
