/** The page of errors. */
import { errorTable } from '../../src/contract/index.ts';
import { page, table } from './markdown.ts';

export function errorsPage(): string {
  const rows = Object.entries(errorTable).map(([code, { exit, meaning }]) => [`\`${code}\``, String(exit), meaning]);
  return page(
    'Errors',
    'Every error is told as a sentence with file, position and cure. `FARGAZER_DEBUG=1` adds the trace. The code stands here and in the code; the exit status is that of the command line.',
    table(['Code', 'Exit status', 'Meaning'], rows),
    'Further exit statuses: 0 done, also where alerts were raised; 3 with `--strict` where anything could not be read; 4 with `--fail-on` where an alert was that severe; 130 stopped by Ctrl-C.',
  );
}
