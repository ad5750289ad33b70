/** The terminal or pipe that a command speaks to: text out, messages beside it, how wide, how coloured. */
import { styleText } from 'node:util';
import type { Output } from './program.ts';

export type Style = Parameters<typeof styleText>[0];

export interface Terminal {
  /** The result, on standard output; waits until a slow reader took it. */
  write(text: string): Promise<void>;
  /** Messages, summaries and progress, on standard error. */
  say(text: string): void;
  /** Columns of standard output; 80 in a pipe. */
  columns: number;
  /** Standard output is a terminal that shows colours, and NO_COLOR is not set. */
  hasColour: boolean;
  isOutputTerminal: boolean;
  /** Standard error is a terminal: a progress line may be drawn. */
  isMessageTerminal: boolean;
  /** The reader's time zone as IANA names it. */
  timeZone: string;
  /** Aborted by Ctrl-C: what was found until then is shown. */
  signal: AbortSignal;
}

/** The process's own terminal. `onClosed` is called when the reader of standard output has gone (`| head`). */
export function processTerminal(signal: AbortSignal, onClosed: () => void): Terminal {
  const { stdout, stderr } = process;
  let isClosed = false;
  const noteClosed = (error: NodeJS.ErrnoException): void => {
    isClosed = true;
    if (error.code === 'EPIPE') onClosed();
    else process.exitCode = 1;
  };
  stdout.on('error', noteClosed);
  // Messages that nobody reads end nothing.
  stderr.on('error', () => undefined);
  return {
    async write(text) {
      if (isClosed || stdout.write(text)) return;
      await new Promise<void>((resolve) => {
        const go = (): void => {
          stdout.off('drain', go).off('error', go).off('close', go);
          resolve();
        };
        stdout.once('drain', go).once('error', go).once('close', go);
      });
    },
    say: (text) => void stderr.write(text),
    columns: stdout.isTTY ? stdout.columns : 80,
    hasColour: stdout.isTTY && stdout.hasColors() && !process.env['NO_COLOR'],
    isOutputTerminal: stdout.isTTY,
    isMessageTerminal: stderr.isTTY,
    // Asked when it is needed: it loads the library of languages.
    get timeZone() {
      return Intl.DateTimeFormat().resolvedOptions().timeZone;
    },
    signal,
  };
}

/** As outputs for people need it. */
export function outputOf(terminal: Terminal): Output {
  const { write, columns, hasColour } = terminal;
  return {
    write,
    columns,
    hasColour,
    get timeZone() {
      return terminal.timeZone;
    },
  };
}

/** Text in a style, or as it is where the terminal shows no colours. */
export function paint(terminal: Terminal, style: Style, text: string): string {
  return terminal.hasColour && text !== '' ? styleText(style, text, { validateStream: false }) : text;
}
