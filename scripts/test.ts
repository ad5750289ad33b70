/** `npm test [PATH…]`: runs the test files (all, or those under the paths) and ends with the line `N passed, N failed, N skipped`. */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { home } from './home.ts';

function testFiles(): string[] {
  const wanted = process.argv.slice(2).map((path) => relative(home, join(process.cwd(), path)));
  return ['test', 'detectors', 'infra/test']
    .flatMap((folder) =>
      readdirSync(join(home, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
    )
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => wanted.length === 0 || wanted.some((path) => file === path || file.startsWith(`${path}/`)))
    .toSorted();
}

/** A test that waits this long waits for ever. */
const hangsAfterMs = 5 * 60_000;

const files = testFiles();
let passed = 0;
let failed = 0;
let skipped = 0;
let hasSummary = false;

const stream = run({ files: files.map((file) => join(home, file)), cwd: home, concurrency: availableParallelism(), timeout: hangsAfterMs });
stream.on('test:summary', ({ file, counts }) => {
  // One summary comes per file, and one at the end for all of them.
  if (file !== undefined) return;
  passed = counts.passed;
  failed = counts.tests - counts.passed - counts.skipped - counts.todo;
  skipped = counts.skipped + counts.todo;
  hasSummary = true;
});
stream.compose(new spec()).pipe(process.stdout, { end: false });
stream.once('end', () => {
  // Let the reporter write its own last words first.
  setImmediate(() => {
    if (!hasSummary || files.length === 0) {
      console.error(files.length === 0 ? 'No test file was found.' : 'The test runner ended without a summary.');
      failed += 1;
    }
    process.exitCode = failed > 0 ? 1 : 0;
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  });
});
