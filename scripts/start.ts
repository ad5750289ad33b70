/** `npm start`: replays every story that ships with the project and names the page that leads to their reports. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { home } from './home.ts';

interface Story {
  name: string;
  title: string;
  /** What happened, as the story's own first paragraph tells it. */
  lead: string;
  /** Words after `fargazer replay`. */
  words: string[];
}

const storiesFolder = join(home, 'replay-data');
const reportFolder = join(home, 'dist', 'report');

/** The stories: folders with `story.md`, whose line `fargazer replay …` is how it is replayed from the project's folder. */
function readStories(): Story[] {
  if (!existsSync(storiesFolder)) return [];
  return readdirSync(storiesFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(storiesFolder, entry.name, 'story.md')))
    .map(({ name }) => readStory(name))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function readStory(name: string): Story {
  const text = readFileSync(join(storiesFolder, name, 'story.md'), 'utf8');
  const command = /fargazer replay ([^`\n]+)/.exec(text)?.[1];
  const paragraphs = text.split(/\n\s*\n/).map((paragraph) => paragraph.trim());
  return {
    name,
    title: /^#\s+(.+)$/m.exec(text)?.[1] ?? name,
    lead: (paragraphs.find((paragraph) => /^[\p{L}\d]/u.test(paragraph)) ?? '').replace(/\s+/g, ' ').replaceAll('`', ''),
    words: command?.trim().split(/\s+/) ?? [`replay-data/${name}/records`],
  };
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** A plain page that leads to the report of each story. */
function indexPage(stories: readonly Story[]): string {
  const items = stories
    .map(({ name, title, lead }) => `<li><a href="report/${encodeURIComponent(name)}.html">${escapeHtml(title)}</a><p>${escapeHtml(lead)}</p></li>`)
    .join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>fargazer: stories</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
ul { list-style: none; padding: 0; } li { margin: 1.5rem 0; } p { margin: .25rem 0; }
</style>
<h1>Stories that ship with fargazer</h1>
<ul>
${items}
</ul>
</html>
`;
}

function main(): number {
  const stories = readStories();
  if (stories.length === 0) {
    console.log('There are no stories in replay-data/ yet. Replay your own records with: bin/fargazer replay ./logs');
    return 0;
  }
  mkdirSync(reportFolder, { recursive: true });
  for (const { name, title, words } of stories) {
    console.log(`\n${title}\n$ fargazer replay ${words.join(' ')}\n`);
    const { status } = spawnSync(
      process.execPath,
      [join(home, 'dist', 'fargazer.mjs'), 'replay', ...words, '--report', join(reportFolder, `${name}.html`)],
      { cwd: home, stdio: ['ignore', 'inherit', 'inherit'] },
    );
    if (status !== 0) {
      console.error(`The story ${name} ended with status ${status}.`);
      return 1;
    }
  }
  const page = join(home, 'dist', 'report.html');
  writeFileSync(page, indexPage(stories));
  console.log(`\nReports of all ${stories.length} stories: ${page}`);
  return 0;
}

process.exitCode = main();
