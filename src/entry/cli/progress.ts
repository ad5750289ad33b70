/** Progress on one overwritten line: rate, share, time left. Nothing of it in a pipe. */
import cliProgress, { type Options, type Params, type SingleBar } from 'cli-progress';
import { duration, number, quantity } from '../../alerting/text.ts';
import type { Progress } from './program.ts';
import type { Terminal } from './terminal.ts';

export interface ProgressLine {
  onProgress?: (progress: Progress) => void;
  /** Clears the line. */
  stop(): void;
}

/** Redrawn at most five times a second: more cannot be read. */
const redrawsPerSecond = 5;

/** Shorter runs show nothing, so that a result is not preceded by a flicker. */
const quietMs = 300;

/** What stands on the line, without the bar, after `elapsedMs` of reading. */
export function progressText({ readBytes, totalBytes, records, objects }: Progress, elapsedMs: number): string {
  const seconds = Math.max(elapsedMs, 1) / 1_000;
  const rate = `${number(Math.round(records / seconds))} records a second`;
  const told = records === 0 && objects !== undefined ? [] : [`${number(records)} records`, rate];
  if (objects !== undefined) return [`${number(objects)} ${objects === 1 ? 'object' : 'objects'} (${quantity(readBytes, 'bytes')})`, ...told].join(', ');
  if (totalBytes === undefined || totalBytes <= 0) return told.join(', ');
  const share = Math.min(1, readBytes / totalBytes);
  const left = share > 0 ? `, ${duration((elapsedMs * (1 - share)) / share)} left` : '';
  return `${Math.floor(share * 100)} %, ${rate}${left}`;
}

/** A line on standard error where that is a terminal, else nothing. */
export function progressLine(terminal: Terminal, now: () => number = Date.now): ProgressLine {
  if (!terminal.isMessageTerminal) return { stop: () => undefined };
  const startMs = now();
  let latest: Progress = { readBytes: 0, records: 0 };
  let bar: SingleBar | undefined;
  const format = (options: Options, { progress }: Params): string => {
    const text = progressText(latest, now() - startMs);
    return latest.totalBytes === undefined ? text : `${cliProgress.Format.BarFormat(progress, options)} ${text}`;
  };
  return {
    onProgress(progress) {
      latest = progress;
      if (bar === undefined) {
        if (now() - startMs < quietMs) return;
        bar = new cliProgress.SingleBar({
          format,
          barsize: 20,
          barCompleteChar: '█',
          barIncompleteChar: '░',
          clearOnComplete: true,
          hideCursor: null,
          fps: redrawsPerSecond,
          gracefulExit: false,
        });
        bar.start(1, 0);
      }
      bar.update(progress.totalBytes === undefined ? 0 : Math.min(1, progress.readBytes / Math.max(1, progress.totalBytes)));
    },
    stop: () => bar?.stop(),
  };
}
