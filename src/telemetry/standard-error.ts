/** Standard error as a place for log lines that stops nothing: bounded, never waited for while running, and only briefly at the end. */
import { pino } from 'pino';

/** Bytes that wait for a reader; beyond it lines are dropped and counted. */
const mostWaitingBytes = 1_048_576;

/** Tries at the end, a tenth of a second apart: a reader that is merely busy takes the rest, one that is stuck does not hold up the exit. */
const lastTries = 5;

export type StandardError = ReturnType<typeof pino.destination>;

export function standardError(onDrop: () => void): StandardError {
  let triesLeft = Number.POSITIVE_INFINITY;
  const stream = pino.destination({ dest: 2, sync: false, maxLength: mostWaitingBytes, retryEAGAIN: () => triesLeft-- > 0 });
  stream.on('drop', onDrop);
  // A closed standard error is no reason to stop.
  stream.on('error', onDrop);
  const flush = stream.flushSync.bind(stream);
  // The library calls this at the exit of the process too.
  stream.flushSync = () => {
    triesLeft = lastTries;
    try {
      flush();
    } catch {
      onDrop();
    } finally {
      triesLeft = Number.POSITIVE_INFINITY;
    }
  };
  return stream;
}
