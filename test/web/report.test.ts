/** The report as text: whole, bounded, the same every time, and unbroken by what it shows. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { thin } from '../../src/web/report/thin.ts';
import { makeCharts } from '../../src/web/report/charts.ts';
import { html } from '../../src/web/report/markup.ts';
import { placeAlerts } from '../../src/web/report/subjects.ts';
import { renderReport } from '../../src/web/report/render.ts';
import { alertOf, hostileOutcome, hugeOutcome, quietOutcome, richOutcome } from './outcome.ts';

/** The page without style, script and data. */
const textOf = (page: string): string => page.replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

function assertLinks(page: string): void {
  const anchors = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  for (const [, anchor] of page.matchAll(/href="#([^"]+)"/g)) assert.ok(anchors.has(anchor), anchor);
}

describe('the report', () => {
  const page = renderReport(richOutcome(), { includeRaw: true });

  test('is the same for the same outcome', () => {
    assert.equal(renderReport(richOutcome(), { includeRaw: true }), page);
  });

  test('answers the five questions in their order', () => {
    const titles = [...page.matchAll(/<h2[^>]*>([^<]*)/g)].map(([, title]) => title);
    assert.deepEqual(titles, ['What happened', 'When', 'How unusual', 'What could not be seen', 'Details']);
  });

  test('says first what happened, most urgent first', () => {
    const text = textOf(page);
    assert.match(text, /Four of five entities did something unusual in 24 hours\./);
    assert.match(text, /Most urgent: shop-checkout-task gave itself AdministratorAccess/);
    assert.match(text, /9 alerts: 2 critical, 3 high, 2 medium, 2 low\./);
    const stories = [...page.matchAll(/<article class="story (\w+)">/g)].map(([, severity]) => severity);
    assert.deepEqual(stories, ['critical', 'high', 'medium', 'low']);
  });

  test('tells of every alert in full: usual, history, what would have made it quiet, where to look, its record', () => {
    const text = textOf(page);
    for (const alert of richOutcome().alerts) {
      for (const part of [alert.id, alert.detector, alert.explanation.quiet, alert.explanation.lookFirst, alert.explanation.history]) assert.ok(text.includes(part), part);
    }
    assert.ok(text.includes('203.0.113.77 48812 443'));
    assert.ok(text.includes('fargazer replay shop trail --learn-for 2h --report report.html'));
  });

  test('marks what was new, and says what could not be seen', () => {
    assert.equal((page.match(/class="flag">new</g) ?? []).length, 6);
    const text = textOf(page);
    for (const said of ['No DNS queries were read', 'the record ends in the middle of a string', 'line 20,113', '1 record set aside: dated too far ahead.', 'lacked its input', 'cart reached its 1,000 kinds of lines', 'still learning']) {
      assert.ok(text.includes(said), said);
    }
  });

  test('gives the command whole, however long', () => {
    const command = `fargazer replay ${Array.from({ length: 300 }, (_, index) => `logs/file-${index}.ndjson.gz`).join(' ')} --learn-for 10m`;
    assert.ok(renderReport({ ...richOutcome(), command }, { includeRaw: true }).includes(command));
  });

  test('leaves raw records out where told to, everywhere', () => {
    const bare = renderReport(richOutcome(), { includeRaw: false });
    assert.ok(!bare.includes('ACCEPT OK shop'));
    assert.ok(!bare.includes('payment 77'));
    assert.ok(bare.includes('shop/flows-2026-03-04.log.gz:20113'));
  });

  test('says so where nothing is unusual, nothing could be judged, or nothing was read', () => {
    const quiet = quietOutcome();
    assert.match(textOf(renderReport(quiet, { includeRaw: true })), /Nothing unusual in 24 hours\. Learning ended 3 Mar 2026 18:00 UTC ; three entities were judged\./);
    const idle = quiet.detectors.map((one) => ({ ...one, judged: 0 }));
    assert.match(textOf(renderReport({ ...quiet, detectors: idle }, { includeRaw: true })), /Nothing could be judged yet in 26 hours\./);
    const nothing = { ...quiet, events: 0, records: 0, entities: [], reading: [], detectors: [], span: undefined, teachUntilMs: undefined };
    assert.match(textOf(renderReport(nothing, { includeRaw: true })), /Nothing was read that could be judged\./);
  });

  test('names every host nowhere and allows no script but its own', () => {
    assert.doesNotMatch(page.replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, ''), /(?:src|href)="(?!#)/);
    const script = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    assert.ok(policy.startsWith("default-src 'none';"));
    assert.ok(policy.includes(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`));
    assert.ok(!policy.includes('unsafe'));
    assert.doesNotMatch(page.replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, ''), / style=| on\w+="/);
  });

  test('keeps hostile text as text', () => {
    const spoilt = renderReport(hostileOutcome(), { includeRaw: true, title: '<script>globalThis.hit=6</script>' });
    const outside = spoilt.replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, '');
    assert.doesNotMatch(outside, /<img|<svg\/onload|<script/);
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(spoilt.replace(/\n/g, ''), /[\u0000-\u0008\u000e-\u001f\u202e]/);
    assert.equal((spoilt.match(/<script/g) ?? []).length, 2);
    JSON.parse(/<script type="application\/json" id="charts">([\s\S]*?)<\/script>/.exec(spoilt)?.[1] ?? '');
  });

  test('stays under 3 MB with 10,000 alerts about 500 entities, shows the most urgent and counts the rest', () => {
    const huge = renderReport(hugeOutcome(), { includeRaw: true });
    assert.ok(Buffer.byteLength(huge) < 3_000_000, String(Buffer.byteLength(huge)));
    const text = textOf(huge);
    assert.match(text, /9,\d{3} more alerts not shown here, less urgent than these/);
    assert.match(text, /4\d\d more entities without a lane here/);
    assert.match(text, /10,000 alerts: 2,500 critical, 2,500 high, 2,500 medium, 2,500 low\./);
    const shown = [...huge.matchAll(/<article class="alert (\w+)"/g)].map(([, severity]) => severity);
    assert.ok(shown.length > 20 && shown.every((severity) => severity === 'critical'));
    assertLinks(huge);
  });

  test('links only to what is there', () => {
    assertLinks(page);
  });
});

describe('charts', () => {
  const points = Array.from({ length: 10_000 }, (_, index) => ({ timeMs: index * 60_000, minimum: 1, maximum: index === 7_777 ? 99 : 2, low: 0.5, high: 3 }));

  test('are thinned so that the extreme and its band stay', () => {
    const fewer = thin(points, 500);
    assert.ok(fewer.length <= 500);
    const peak = fewer.find(({ maximum }) => maximum === 99);
    assert.deepEqual([peak?.timeMs, peak?.high], [7_777 * 60_000, 3]);
    assert.deepEqual(thin(points, 10_000), points);
  });

  test('stay within their bytes whatever the values', () => {
    const rich = richOutcome();
    const wild = points.map((point, index) => ({ ...point, timeMs: index * 600_000 * (index % 7 === 0 ? 40 : 1), minimum: 1.2345e-17, maximum: 1.2345e-17, low: -1.2345e-17, high: 1.2345e-17 }));
    const entities = rich.entities.map((one) => ({ ...one, series: Array.from({ length: 6 }, (_, nth) => ({ metric: `m${nth}`, unit: 'count' as const, container: '', points: wild })) }));
    const { data } = makeCharts(placeAlerts({ ...rich, entities }).subjects);
    assert.ok(JSON.stringify(data).length <= 650_000);
    assert.ok(data.every(({ time }) => time.length > 100));
  });

  test('show a gap as a gap, and mark the alerts that are about them', () => {
    const rich = richOutcome();
    const { data } = makeCharts(placeAlerts(rich).subjects);
    assert.ok(data[0]?.time.length !== undefined && data[0].maximum.includes(null));
    assert.deepEqual(data[0]?.marks.map(([, severity, isOwn]) => [severity, isOwn]), [['high', true], ['high', false], ['medium', false]]);
  });
});

test('an alert about an entity that the outcome does not list has a lane and a place of its own', () => {
  const rich = richOutcome();
  const [first] = rich.entities;
  assert.ok(first !== undefined);
  const lone = { ...first, owner: { ...first.owner, name: 'unlisted' } };
  const page = renderReport({ ...rich, alerts: [alertOf(lone, 3_600_000, 'high', 'unlisted did a thing')] }, { includeRaw: true });
  assert.match(textOf(page), /known from its alerts alone/);
});

test('alerts that say the same are one sentence, an entity without a name is called so, and far-off records leave the alerts room', () => {
  const rich = richOutcome();
  const [cart] = rich.entities;
  assert.ok(cart !== undefined && rich.span !== undefined);
  const nameless = { ...cart, name: '', owner: { ...cart.owner, name: '' } };
  const alerts = Array.from({ length: 40 }, (_, index) => alertOf(nameless, 3_600_000 + index * 60_000, 'medium', 'wrote a new kind of line', { id: String(index) }));
  const page = renderReport({ ...rich, alerts, entities: [nameless], span: { fromMs: Date.parse('2006-01-01T00:00:00Z'), toMs: rich.span.toMs } }, { includeRaw: true });
  const text = textOf(page);
  assert.match(text, /unnamed service did something unusual/);
  assert.match(text, /and 39 more alerts that say the same/);
  assert.match(text, /Shown is the time around the alerts; records reach from 1 Jan 2006/);
  assert.ok((page.match(/class="mark"/g) ?? []).length > 10);
});

test('markup escapes for elements and attributes', () => {
  assert.equal(html`<a title="${'"><x y=\'`&'}">${[html`<b>`, '<b>', false, undefined, 3, NaN]}</a>`.html, '<a title="&quot;&gt;&lt;x y=&#39;&#96;&amp;"><b>&lt;b&gt;3</a>');
});
