/** The page of formats. */
import { defaultLatenessMs, type FeedName } from '../../src/contract/index.ts';
import { formatDuration } from '../../src/config/index.ts';
import { program } from '../../src/entry/compose.ts';
import { page, table } from './markdown.ts';

export function formatsPage(): string {
  const rows = program.formats().map(({ id, title, source, feed }) => [
    `\`${id}\``,
    title,
    feed,
    formatDuration(defaultLatenessMs[feed as FeedName]),
    `<${source}>`,
  ]);
  return page(
    'Formats',
    'Recognised from content; `--format ID` overrides. Files may be plain, gzip or zstd. The lateness is how long after its event time a record of the feed may still arrive; `lateness` in the configuration changes it.',
    table(['Format', 'What it is', 'Feed', 'Lateness', 'Published description'], rows),
  );
}
