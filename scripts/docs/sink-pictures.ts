/** `node scripts/docs/sink-pictures.ts`: pictures for the page of outputs, taken of the preview in a real browser. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { previewSinks } from '../../src/entry/program/preview.ts';
import { home } from '../home.ts';

const folder = join(home, 'docs/reference/sinks');
/** The story whose incident is told in four alerts of one task: long enough to be judged, short enough for a page. */
const story = 'fargate-exfiltration';
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Leaves of each output the pair of the one story, without headings. */
const cut = `
  document.querySelector('header').remove();
  document.querySelector('.bar').remove();
  for (const part of document.querySelectorAll('h3')) {
    if (part.textContent !== ${JSON.stringify(story)}) part.nextElementSibling.remove();
    part.remove();
  }
  for (const pair of document.querySelectorAll('.pair')) pair.style.padding = '12px';
`;

/** A fifth of the size, and text as sharp. */
const quality = 0.6;

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-lcd-text'] });
try {
  const view = await browser.newPage({ viewport: { width: 960, height: 900 }, colorScheme: 'light' });
  await view.setContent(await previewSinks({ folder: join(home, 'replay-data'), timeZone: 'UTC' }));
  await view.evaluate(cut);
  const desk = await browser.newPage();
  const smaller = async (png: string): Promise<Buffer> => {
    const url = await desk.evaluate<string>(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${png}';
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
      canvas.getContext('2d').drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', ${quality});
    })()`);
    return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  };
  mkdirSync(folder, { recursive: true });
  for (const section of await view.locator('section').all()) {
    const path = join(folder, `${(await section.getAttribute('id')) ?? ''}.webp`);
    writeFileSync(path, await smaller((await section.locator('.pair').screenshot()).toString('base64')));
    console.log(path.slice(home.length + 1));
  }
} finally {
  await browser.close();
}
