/** The page of outputs: for each what it sends, its options, limits and an example that the loader accepts; for those that people read, a picture. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/index.ts';
import { plugins } from '../../src/entry/plugins.ts';
import { home } from '../home.ts';
import { page, table } from './markdown.ts';
import { sinkOptionRows } from './options.ts';
import { exampleEnvironment, forPeople, forPrograms, type SinkFacts } from './sink-facts.ts';

/** Made by `node scripts/docs/sink-pictures.ts`; an output may have several. */
const picturesFolder = 'docs/reference/sinks';
const pictures: Readonly<Record<string, readonly string[]>> = { sns: ['sns', 'sns-q-developer'] };

export function sinksPage(): string {
  const all = { ...forPeople, ...forPrograms };
  const shipped = [...(plugins.sinks ?? new Map()).keys()];
  const untold = shipped.filter((name) => !Object.hasOwn(all, name));
  const unknown = Object.keys(all).filter((name) => !shipped.includes(name));
  if (untold.length + unknown.length > 0) throw new Error(`scripts/docs/sink-facts.ts: tells nothing of ${untold.join(', ') || 'none'}, and of unknown outputs ${unknown.join(', ') || 'none'}.`);
  return page(
    'Outputs',
    'An output is named under `sinks` in the configuration. Outputs for people get what the alerting pipeline decided, one message a notification; outputs for programs get every alert. `fargazer alerts test --sink NAME` sends a message marked as a test, `fargazer sinks preview` shows recorded incidents as each service shows them.',
    'Delivery is at least once and in order within an incident; alerts of several incidents are on their way at once, as many as `concurrency` says. Where a service fails, is down or asks for patience, nothing more is begun, and a single one tries again after growing pauses until it passes; what it refuses for good, and what keeps failing while others pass, goes to the dead letters. Outputs that write lines (`console`, `jsonl`, `cloudwatch-metrics`, `ocsf` to a file) get one at a time, all in order. Limits are kept by leaving out whole facts, the last first, and saying how many (`+3`). Everything that comes from telemetry is escaped for its service, so that it pings nobody, links nowhere and changes no message.',
    '## For people',
    overview(forPeople),
    'Where the recent values of a number are known, a small picture shows them over their usual band: as a file where the service takes files itself, else as a line of blocks. The file holds no text and is under 20 KB; nothing is loaded from anywhere. No message is lost or comes twice for its picture: what a service refuses goes at once with blocks instead, and for ten minutes no picture is tried.',
    pictureTable(forPeople),
    '## For programs',
    overview(forPrograms),
    ...Object.entries(all).map(([name, facts]) => section(name, facts)),
  );
}

function overview(facts: Readonly<Record<string, SinkFacts>>): string {
  return table(['Output', 'What it sends', 'Later of the same incident', 'When it is over'], Object.entries(facts).map(([name, { says, updates, resolves }]) => [`[\`${name}\`](#${name})`, says, updates, resolves]));
}

function pictureTable(facts: Readonly<Record<string, SinkFacts>>): string {
  return table(['Output', 'The picture'], Object.entries(facts).map(([name, { picture = '' }]) => [`[\`${name}\`](#${name})`, picture]));
}

function section(name: string, { title, says, limits, example }: SinkFacts): string {
  const rows = sinkOptionRows(name);
  return [
    `## \`${name}\``,
    `${title}. ${says}`,
    '```yaml\n' + checked(name, example) + '\n```',
    rows.length === 0 ? 'No options.' : table(['Option', 'Value', 'Default', 'Meaning'], rows),
    limits.map((limit) => `- ${limit}`).join('\n'),
    ...(pictures[name] ?? [name]).filter((picture) => existsSync(join(home, picturesFolder, `${picture}.webp`))).map((picture) => `![The same incident in ${title}, in English and in Japanese](sinks/${picture}.webp)`),
  ].join('\n\n');
}

/** The example as a whole configuration; one that the loader refuses makes no page. */
function checked(name: string, example: string): string {
  const text = `sinks:\n${example.replace(/^/gm, '  ')}`;
  loadConfig(text, `the example of ${name}`, plugins, exampleEnvironment);
  return text;
}
