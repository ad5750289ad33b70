/** The engine as a guest wants it: little in the background, and nothing made ready for work that never comes. */
import { setFlagsFromString } from 'node:v8';

/** Of a later engine that does not know one of these it is said so, and it goes on. */
const flags = [
  // What runs some dozen times a second takes less as it is in an hour than its optimised form takes to be made.
  '--invocation-count-for-maglev=8000',
  '--invocation-count-for-maglev-osr=2000',
  '--invocation-count-for-turbofan=60000',
  // One thread has gone through a mebibyte before another is awake.
  '--no-parallel-scavenge',
];

/** Called before anything else runs. Traces of errors cost more than the looks into `/proc` that fail, and nobody reads them. */
export function beGuest(isDebugging: boolean): void {
  for (const flag of flags) setFlagsFromString(flag);
  if (!isDebugging) Error.stackTraceLimit = 0;
}
