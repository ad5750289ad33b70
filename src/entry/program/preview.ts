/** `fargazer sinks preview`: the page of what people receive, from the expected alerts of recorded stories. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { alertSchema, FargazerError } from '#contract';
import { previewedSinks, renderPreview, type Story } from '../../alerting/preview/index.ts';

export interface PreviewSettings {
  /** Name of one output; all that people read where absent. */
  sink?: string;
  /** Holds a folder a story, each with its `expected.jsonl`; `replay-data` of the current folder where absent. */
  folder?: string;
  /** IANA, of the English messages; UTC where absent. */
  timeZone?: string;
}

/** One self-contained HTML page. Throws `sink-unknown`, `path-missing` or `path-unreadable`. */
export async function previewSinks({ sink, folder = 'replay-data', timeZone = 'UTC' }: PreviewSettings): Promise<string> {
  if (sink !== undefined && !previewedSinks.includes(sink)) {
    throw new FargazerError('sink-unknown', `There is nothing to preview of an output "${sink}". People read: ${previewedSinks.join(', ')}.`);
  }
  const stories = await storiesIn(folder);
  if (stories.length === 0) throw new FargazerError('path-missing', `${folder}: no story with an expected.jsonl was found. Name the folder that holds the stories, such as replay-data of a checkout.`);
  return renderPreview(stories, { timeZone, ...(sink === undefined ? {} : { sink }) });
}

async function storiesIn(folder: string): Promise<Story[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
    throw new FargazerError('path-missing', `${folder}: no such folder. Name the folder that holds the stories, such as replay-data of a checkout.`);
  });
  const stories = await Promise.all(entries.filter((entry) => entry.isDirectory()).map(({ name }) => storyIn(folder, name)));
  return stories.filter((story) => story !== undefined).toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** A story; undefined for a folder that holds none. */
async function storyIn(folder: string, name: string): Promise<Story | undefined> {
  const path = join(folder, name, 'expected.jsonl');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new FargazerError('path-unreadable', `${path}: cannot be read (${error.code ?? 'unknown'}).`);
  });
  if (text === undefined) return undefined;
  const alerts = text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [alertSchema.parse(JSON.parse(line))];
    } catch {
      throw new FargazerError('path-unreadable', `${path}: line ${index + 1} is not an alert of this version. Make the file anew with npm run expect.`);
    }
  });
  return { name, alerts };
}
