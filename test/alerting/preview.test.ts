/** The preview of what people receive: one page by itself, drawn from the real bodies, inert whatever the telemetry held; looked at in a real browser. */
import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { FargazerError, type Alert } from '#contract';
import { fewTags, markdownHtml, mrkdwnHtml } from '../../src/alerting/preview/markup.ts';
import { previewedSinks, renderPreview } from '../../src/alerting/preview/index.ts';
import { occasionsOf } from '../../src/alerting/preview/occasions.ts';
import { previewSinks } from '../../src/entry/program/preview.ts';
import { openBrowser, skip } from '../web/browser.ts';
import { anAlert } from './alert.ts';
import { hostileStrings } from './hostile.ts';
import { stories, storyAlerts } from './message/stories.ts';

const recorded = stories.map((name) => ({ name, alerts: storyAlerts(name) }));

/** An alert all of whose texts are these, in turn. */
function spoilt(texts: readonly string[]): Alert {
  let next = 0;
  const text = (): string => texts[next++ % texts.length] ?? '';
  const plain = anAlert();
  return anAlert({ title: text(), summary: text(), object: text(), detector: text(), entity: { ...plain.entity, name: text(), cluster: text(), instance: text() }, explanation: { history: text(), quiet: text(), lookFirst: text() } });
}

const page = await renderPreview(recorded, { timeZone: 'Europe/London' });

describe('the page', () => {

  test('needs nothing but itself, and runs nothing', () => {
    // The pictures of the evidence stand in the page itself.
    const without = page.replace(/<img(?: class="picture")? src="data:image\/png;base64,[A-Za-z0-9+/=]+"/g, '');
    assert.notEqual(without, page);
    assert.doesNotMatch(without, /<script|<link|<img|<iframe|\son[a-z]+=|url\(|@import|\ssrc=/i);
    assert.doesNotMatch(page.replace(/http:\/\/www\.w3\.org[^"]*/g, ''), /href="(?!#)/);
    assert.match(page, /Content-Security-Policy" content="default-src 'none'/);
  });

  test('shows every output that people read, in both languages, and what comes later', () => {
    for (const title of ['Slack', 'Microsoft Teams', 'Discord', 'Google Chat', 'Mattermost', 'Telegram', 'ntfy', 'Email', 'PagerDuty', 'Opsgenie', 'Jira Service Management']) assert.ok(page.includes(`<h2>${title}</h2>`), title);
    const sections = page.split('<section ').slice(1);
    const occasions = occasionsOf(recorded);
    assert.equal(occasions.length, recorded.length + 4);
    for (const section of sections) for (const locale of ['en', 'ja']) assert.equal(section.split(`<div lang="${locale}">`).length - 1, occasions.length);
    for (const section of sections) assert.match(section, /[\u3040-\u30ff]/);
  });

  test('draws the minutes before a number that is told, for every output: as a picture or in blocks', async () => {
    const numbers = recorded.filter(({ name }) => name === 'fargate-exfiltration');
    const blocks = ['▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█ last 21 min', '▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█ 直近 21 分'];
    const withPicture = ['slack', 'discord', 'mattermost', 'telegram', 'email'];
    for (const sink of previewedSinks) {
      const page = await renderPreview(numbers, { sink, timeZone: 'UTC' });
      const images = page.match(/<img [^>]*src="data:image\/png;base64,iVBOR/g) ?? [];
      // Two languages; of the first and while it goes on.
      assert.equal(images.length, withPicture.includes(sink) ? 4 : 0, sink);
      for (const drawn of blocks) assert.equal(page.includes(drawn), !['discord', 'mattermost', 'telegram'].includes(sink), sink);
    }
  });

  test('shows quotations of titles without backticks, and the ids once, in Discord', async () => {
    const page = await renderPreview(recorded, { sink: 'discord', timeZone: 'UTC' });
    assert.doesNotMatch(page.slice(page.indexOf('<section ')), /`/);
    for (const [, post = ''] of page.matchAll(/<div class="embed"([^]*?)<\/small>/g)) assert.ok((post.match(/fargazer · [0-9a-f]{16}/g) ?? []).length <= 1 && !post.includes('Incident:'), post);
  });

  test('leaves all others out where one output is named', async () => {
    assert.deepEqual((await renderPreview(recorded, { sink: 'ntfy', timeZone: 'UTC' })).match(/<h2>[^<]*/g), ['<h2>ntfy']);
    for (const sink of previewedSinks) assert.ok((await renderPreview(recorded, { sink, timeZone: 'UTC' })).includes('<h2>'), sink);
  });

  test('says so where there is no alert', async () => {
    assert.match(await renderPreview([{ name: 'quiet-day', alerts: [] }], { timeZone: 'UTC' }), /There is no alert in any story/);
  });

  test('holds hostile text as text', async () => {
    const tags = (html: string): string[] => [...new Set([...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag ?? ''))].toSorted();
    const usual = new Set(tags(page));
    const strings = hostileStrings(300);
    const hostile = Array.from({ length: 15 }, (_, index) => ({ name: `story ${index}`, alerts: [spoilt(strings.slice(index * 20, index * 20 + 20))] }));
    const drawn = await renderPreview(hostile, { timeZone: 'UTC' });
    assert.deepEqual(tags(drawn).filter((tag) => !usual.has(tag)), []);
    assert.doesNotMatch(drawn, /<[^>]*\son[a-z]+=|class="link"/i);
  });
});

describe('markups are shown as services show them', () => {
  test('Markdown, with what should have been escaped', () => {
    assert.equal(markdownHtml('**a \\*b\\*** `x*y`'), '<b>a *b*</b> <code>x*y</code>');
    assert.equal(markdownHtml('[x](https://e.example)'), '<u class="link">x</u>');
    assert.equal(markdownHtml('\\<b\\>'), '&lt;b&gt;');
  });
  test("Slack's, with its links", () => {
    assert.equal(mrkdwnHtml('*a* &lt;b&gt; `c`'), '<b>a</b> &lt;b&gt; <code>c</code>');
    assert.match(mrkdwnHtml('<https://e.example|x>'), /class="link"/);
  });
  test('a little HTML, and no other', () => {
    assert.equal(fewTags('<b>a</b> <script>'), '<b>a</b> &lt;script&gt;');
  });
});

describe('fargazer sinks preview', () => {
  const failure = async (settings: Parameters<typeof previewSinks>[0]): Promise<FargazerError> => {
    const error = await previewSinks(settings).then(() => undefined, (thrown: unknown) => thrown);
    assert.ok(error instanceof FargazerError, String(error));
    return error;
  };

  test('names outputs it does not know, folders that are not there and files that are no alerts', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'preview-'));
    t.after(() => rm(folder, { recursive: true }));
    assert.match((await failure({ sink: 'slakc', folder })).message, /slakc.*slack/);
    assert.equal((await failure({ folder: join(folder, 'nowhere') })).code, 'path-missing');
    assert.equal((await failure({ folder })).code, 'path-missing');
    await mkdir(join(folder, 'story'));
    await writeFile(join(folder, 'story', 'expected.jsonl'), `${JSON.stringify(anAlert())}\nnonsense\n`);
    const error = await failure({ folder });
    assert.equal(error.code, 'path-unreadable');
    assert.match(error.message, /line 2/);
  });

  test('draws the stories of the project', async () => {
    const page = await previewSinks({ folder: join(import.meta.dirname, '../../replay-data'), sink: 'telegram' });
    assert.match(page, /fargate-exfiltration/);
  });
});

describe('in a browser', { skip }, () => {
  for (const [colorScheme, width] of [['light', 1240], ['dark', 360]] as const) {
    test(`the page fits ${width} pixels, ${colorScheme}, and loads nothing`, async (t) => {
      const browser = await openBrowser();
      t.after(() => browser.close());
      const view = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      const said: string[] = [];
      const asked: string[] = [];
      view.on('console', (message) => said.push(message.text()));
      view.on('request', (request) => asked.push(request.url()));
      await view.setContent(await renderPreview(recorded.slice(0, 2), { timeZone: 'UTC' }));
      const seen = async (expression: string): Promise<unknown> => view.evaluate(expression);
      const overflow = Number(await seen('document.documentElement.scrollWidth - document.documentElement.clientWidth'));
      const ground = await seen('getComputedStyle(document.body).backgroundColor');
      const mail = String(await seen("document.querySelector('.mail .html').shadowRoot.textContent"));
      assert.ok(overflow <= 0, `${overflow} pixels too wide`);
      assert.equal(ground, colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(23, 25, 28)');
      assert.match(mail, /checkout/);
      assert.deepEqual(said, []);
      assert.deepEqual(asked.filter((url) => !url.startsWith('about:')), []);
    });
  }
});
