/** `fargazer formats` and `fargazer detectors`: what this build can read and judge. */
import type { Command } from 'commander';
import { makeCommand, type Context } from './context.ts';
import { paint, type Style } from './terminal.ts';

export function formatsCommand({ program, terminal, run }: Context): Command {
  return makeCommand('formats', 'List the formats that can be read.').action(() =>
    run(async () => {
      const rows = program.formats();
      const width = Math.max(0, ...rows.map(({ id }) => id.length));
      for (const { id, title, source } of rows) {
        await terminal.write(`${id.padEnd(width)}  ${title}\n${' '.repeat(width + 2)}${paint(terminal, 'dim', source)}\n`);
      }
      return 0;
    }),
  );
}

const severityStyles: Readonly<Record<string, Style>> = { critical: ['bold', 'red'], high: 'red', medium: 'yellow', low: 'cyan' };

export function detectorsCommand({ program, terminal, run }: Context): Command {
  return makeCommand('detectors', 'List the detectors.').action(() =>
    run(async () => {
      const rows = program.detectors();
      const width = Math.max(0, ...rows.map(({ id }) => id.length));
      for (const { id, title, severity, attack, reads } of rows) {
        const word = paint(terminal, severityStyles[severity] ?? 'reset', severity.padEnd('critical'.length));
        const facts = [`reads ${reads}`, ...(attack.length === 0 ? [] : [`ATT&CK ${attack.join(', ')}`])].join('; ');
        await terminal.write(`${id.padEnd(width)}  ${word}  ${title}\n${' '.repeat(width + 12)}${paint(terminal, 'dim', facts)}\n`);
      }
      return 0;
    }),
  );
}
