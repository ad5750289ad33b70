/** The report in a real browser: seen, used by keyboard and finger, on a phone, in the dark, on paper, and attacked. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { renderReport } from '../../src/web/report/render.ts';
import { openBrowser, skip } from './browser.ts';
import { hostileOutcome, quietOutcome, richOutcome } from './outcome.ts';

/** The lowest contrast of text against what is behind it, by WCAG 2.2, with the text. Runs in the page. */
function lowestContrast(): { ratio: number; text: string } {
  const numbers = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const light = (colour: number[]): number => {
    const [r = 0, g = 0, b = 0] = colour.slice(0, 3).map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const doc = (globalThis as unknown as { document: any }).document;
  const style = (globalThis as unknown as { getComputedStyle: (element: unknown) => any }).getComputedStyle;
  let lowest = { ratio: 21, text: '' };
  for (const element of doc.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node: any) => node.nodeType === 3 && node.textContent.trim() !== '');
    if (!own || element.closest('script, style, details:not([open]) > :not(summary), title, noscript') !== null) continue;
    const seen = style(element);
    const ink = numbers(element.ownerSVGElement ? seen.fill : seen.color);
    let behind = element;
    while (behind !== null && (numbers(style(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement;
    const paper = numbers(style(behind ?? doc.documentElement).backgroundColor);
    const [high, low] = [light(ink), light(paper)].sort((one, other) => other - one) as [number, number];
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < lowest.ratio) lowest = { ratio, text: element.textContent.slice(0, 60) };
  }
  return lowest;
}

describe('the report in a browser', { skip }, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'report-'));
  before(async () => {
    browser = await openBrowser();
    for (const [name, outcome] of [['rich', richOutcome()], ['quiet', quietOutcome()], ['hostile', hostileOutcome()]] as const) {
      writeFileSync(join(folder, `${name}.html`), renderReport(outcome, { includeRaw: true, title: name }));
    }
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens a page, runs the test, and demands that the page complained of nothing and asked nobody for anything. */
  async function on(name: string, options: BrowserContextOptions, use: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1_200, height: 900 }, timezoneId: 'UTC', locale: 'en-GB', ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    const url = pathToFileURL(join(folder, `${name}.html`)).href;
    await page.goto(url);
    await use(page);
    assert.deepEqual(complaints, []);
    assert.deepEqual(requests.filter((asked) => asked.split('#')[0] !== url), []);
    await context.close();
  }
  const overflow = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  for (const name of ['rich', 'quiet']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`has text of contrast 4.5 or better, ${name}, ${colorScheme}`, () =>
        on(name, { colorScheme }, async (page) => {
          const { ratio, text } = await page.evaluate(lowestContrast);
          assert.ok(ratio >= 4.5, `${ratio} at "${text}"`);
          const paper = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
          assert.equal(paper, colorScheme === 'dark' ? 'rgb(21, 24, 27)' : 'rgb(255, 255, 255)');
        }));
    }
  }

  test('needs no scrolling sideways at 360 px', async () => {
    for (const name of ['rich', 'quiet', 'hostile']) await on(name, { viewport: { width: 360, height: 740 } }, async (page) => assert.equal(await overflow(page), 0, name));
  });

  test('runs nothing of what telemetry says', () =>
    on('hostile', {}, async (page) => {
      await page.locator('.timeline .mark').first().hover();
      await page.locator('summary').first().click();
      assert.equal(await page.evaluate('globalThis.hit'), undefined);
      assert.equal(await page.locator('img').count(), 0);
    }));

  test('gives by keyboard what it gives by pointer: the details of a mark, then the alert', () =>
    on('rich', {}, async (page) => {
      const mark = page.locator('.timeline .mark').nth(1);
      await mark.hover();
      const hovered = await page.locator('#card').innerText();
      assert.match(hovered, /^high · 4 Mar 17:20 UTC\s+checkout sent 41 MB to an address it never used\s+and 2 more alerts at this time$/);
      await page.mouse.move(5, 5);
      assert.equal(await page.locator('#card').isVisible(), false);
      for (let steps = 0; steps < 80; steps += 1) {
        await page.keyboard.press('Tab');
        if (await mark.evaluate((element) => element === element.ownerDocument.activeElement)) break;
      }
      assert.equal(await page.locator('#card').innerText(), hovered);
      await page.keyboard.press('Escape');
      assert.equal(await page.locator('#card').isVisible(), false);
      await page.keyboard.press('Enter');
      const title = await page.locator('.alert:target h3').innerText();
      assert.equal(title, 'checkout sent 41 MB to an address it never used');
    }));

  test('shows details at the first tap and goes to the alert at the second', () =>
    on('rich', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }, async (page) => {
      const mark = page.locator('.timeline .mark').first();
      await mark.tap();
      assert.match(await page.locator('#card').innerText(), /critical/);
      assert.equal(await page.locator('.alert:target').count(), 0);
      await mark.tap();
      assert.equal(await page.locator('.alert:target').count(), 1);
    }));

  test('draws charts when they come near, and reads them out by arrow keys', () =>
    on('rich', {}, async (page) => {
      const chart = page.locator('.chart').first();
      await chart.scrollIntoViewIfNeeded();
      await chart.locator('canvas').waitFor();
      await chart.focus();
      await page.keyboard.press('ArrowRight');
      assert.match(await page.locator('.readout').first().innerText(), /^3 Mar 16:00 UTC · .* a minute, usual not known$/);
      for (let presses = 0; presses < 20; presses += 1) await page.keyboard.press('Shift+ArrowRight');
      assert.match(await page.locator('.readout').first().innerText(), /MB a minute, usually .* MB a minute$/);
    }));

  test('shows times of the reader\'s zone with UTC beside, and moves nothing for it', async () => {
    let height = 0;
    await on('rich', {}, async (page) => void (height = await page.evaluate('document.documentElement.scrollHeight')));
    await on('rich', { timezoneId: 'Asia/Tokyo' }, async (page) => {
      assert.match(await page.locator('.story .when').first().innerText(), /5 Mar 02:22\s*17:22 UTC/);
      assert.equal(await page.evaluate('document.documentElement.scrollHeight'), height);
    });
  });

  test('tells everything without scripts', () =>
    on('rich', { javaScriptEnabled: false }, async (page) => {
      const text = await page.locator('main').innerText();
      for (const said of ['stopped the trail org-trail', 'usually 728 kB to 1.4 MB a minute', 'No DNS queries were read', 'The charts need scripts']) assert.ok(text.includes(said), said);
      assert.ok(await page.locator('.timeline .mark').first().isVisible());
      assert.equal(await overflow(page), 0);
    }));

  test('prints black on white, with its charts, also from the dark', () =>
    on('rich', { colorScheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print' });
      assert.equal(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor'), 'rgb(255, 255, 255)');
      assert.equal(await page.locator('nav').isVisible(), false);
      const pdf = await page.pdf({ format: 'A4' });
      assert.ok(pdf.length > 50_000);
      assert.equal(await page.locator('.chart canvas').count(), await page.locator('.chart').count());
    }));
});
