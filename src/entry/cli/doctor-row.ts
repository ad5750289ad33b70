/** Rows of a doctor on the terminal: verdict, what was looked at, a sentence, and the cure under it. */
import { sanitize } from '../../alerting/text.ts';
import { wrap } from '../../alerting/sinks/console/width.ts';
import { paint, type Style, type Terminal } from './terminal.ts';

export interface DoctorRow {
  name: string;
  verdict: 'ok' | 'warn' | 'fail';
  sentence: string;
  cure?: string;
}

const styles: Readonly<Record<DoctorRow['verdict'], Style>> = { ok: 'green', warn: 'yellow', fail: 'red' };

/** Runs a doctor, and shows each of its checks as it ends, for some take seconds. Gives the exit status. */
export async function showDoctor(terminal: Terminal, look: (onCheck: (check: DoctorRow) => void) => Promise<DoctorRow['verdict']>): Promise<number> {
  let shown = Promise.resolve();
  const verdict = await look((check) => void (shown = shown.then(() => terminal.write(rowText(check, terminal)))));
  await shown;
  if (terminal.signal.aborted) return 130;
  return verdict === 'fail' ? 1 : 0;
}

function rowText({ name, verdict, sentence, cure }: DoctorRow, terminal: Terminal): string {
  const room = terminal.columns - indent.length;
  const [first = '', ...more] = wrap(sanitize(`${name}: ${sentence}`), room, 12);
  const under = [...more, ...(cure === undefined ? [] : wrap(sanitize(cure), room, 12).map((line) => paint(terminal, 'bold', line)))];
  const head = `${paint(terminal, styles[verdict], verdict.padEnd(4))}  ${first}`;
  return `${[head, ...under.map((line) => `${indent}${line}`)].join('\n')}\n`;
}

const indent = ' '.repeat('warn  '.length);
