/** The pages of detectors: their headers, written for the person on call, with options and cases. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { detectors } from '../../detectors/index.ts';
import type { Detector } from '../../src/contract/index.ts';
import { home } from '../home.ts';
import { page, table } from './markdown.ts';
import { detectorOptionRows } from './options.ts';

/** What every header tells; the contract suite holds detectors to it. */
export const headerParts = ['Detects', 'Blind spots', 'False positives', 'Baseline', 'Triage'] as const;

export interface Header {
  lead: string;
  parts: Map<string, string>;
}

/** The opening comment of a detector's file: a sentence, then the named parts. */
export function readHeader(source: string): Header {
  const comment = /^\/\*\*([^]*?)\*\//.exec(source)?.[1] ?? '';
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd());
  const parts = new Map<string, string>();
  const lead: string[] = [];
  let current: string | undefined;
  for (const line of lines) {
    const name = headerParts.find((part) => line.startsWith(`${part} `));
    if (name !== undefined) {
      current = name;
      parts.set(name, line.slice(name.length).trim());
    } else if (current !== undefined && line.trim() !== '') parts.set(current, `${parts.get(current)} ${line.trim()}`);
    else if (line.trim() !== '') lead.push(line.trim());
  }
  return { lead: lead.join(' '), parts };
}

function headerOf({ id }: Detector): Header {
  return readHeader(readFileSync(join(home, 'detectors', id, 'detector.ts'), 'utf8'));
}

function attackLink(technique: string): string {
  return `[${technique}](https://attack.mitre.org/techniques/${technique.replace('.', '/')}/)`;
}

export function detectorsPage(): string {
  const rows = detectors.map((detector) => [
    `[${detector.id}](../../detectors/${detector.id}/README.md)`,
    detector.title,
    detector.severity,
    detector.reads,
    detector.attack.map(attackLink).join(', '),
  ]);
  return page(
    'Detectors',
    'Every detector can be switched off, rated otherwise and given options in the configuration.',
    table(['Detector', 'What it says', 'Severity', 'Reads', 'ATT&CK'], rows),
  );
}

export function detectorReadme(detector: Detector): string {
  const { lead, parts } = headerOf(detector);
  const options = detectorOptionRows(detector.id).map(([name = '', ...rest]) => [name, ...rest]);
  return page(
    detector.title,
    lead,
    table(
      ['', ''],
      [
        ['Id', `\`${detector.id}\``],
        ['Severity', detector.severity],
        ['Reads', detector.reads],
        ...(detector.attack.length === 0 ? [] : [['ATT&CK', detector.attack.map(attackLink).join(', ')]]),
        ...[...parts].map(([name, text]) => [name, text]),
      ],
    ),
    '## Options',
    table(['Option', 'Value', 'Default', 'Meaning'], options),
  );
}
