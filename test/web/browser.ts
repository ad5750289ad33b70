/** A real browser for tests, where the machine has one. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
export const executablePath = places.find((place) => existsSync(place));

/** Why browser tests are skipped, or false. */
export const skip: string | false = executablePath === undefined ? `no browser: looked for ${places.join(', ')}` : false;

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
