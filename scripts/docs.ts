/** `npm run docs [-- --check]`: generates docs/reference and the README of each detector from the code, or says which are stale. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { home } from './home.ts';
import { detectorReadme, detectorsPage } from './docs/detectors.ts';
import { errorsPage } from './docs/errors.ts';
import { formatsPage } from './docs/formats.ts';
import { metricsPage } from './docs/metrics.ts';
import { optionsPage } from './docs/options.ts';
import { sinksPage } from './docs/sinks.ts';
import { alertJsonSchema, configSchemaText } from './docs/schemas.ts';
import { detectors } from '../detectors/index.ts';

/** Every generated file, by its path in the project. */
export function generatedPages(): Map<string, string> {
  const pages = new Map<string, string>([
    ['docs/reference/options.md', optionsPage()],
    ['docs/reference/errors.md', errorsPage()],
    ['docs/reference/formats.md', formatsPage()],
    ['docs/reference/detectors.md', detectorsPage()],
    ['docs/reference/metrics.md', metricsPage()],
    ['docs/reference/sinks.md', sinksPage()],
    ['docs/reference/alert.schema.json', alertJsonSchema()],
    ['docs/reference/config.schema.json', configSchemaText()],
  ]);
  for (const detector of detectors) pages.set(`detectors/${detector.id}/README.md`, detectorReadme(detector));
  return pages;
}

/** Paths of pages that are missing or differ from what the code says now. */
export function stalePages(): string[] {
  return [...generatedPages()]
    .filter(([path, text]) => !existsSync(join(home, path)) || readFileSync(join(home, path), 'utf8') !== text)
    .map(([path]) => path);
}

function main(): number {
  if (process.argv.includes('--check')) {
    const stale = stalePages();
    for (const path of stale) console.error(`${path} is stale: run npm run docs.`);
    return stale.length > 0 ? 1 : 0;
  }
  const stale = new Set(stalePages());
  for (const [path, text] of generatedPages()) {
    if (!stale.has(path)) continue;
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
    console.log(path);
  }
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main();
