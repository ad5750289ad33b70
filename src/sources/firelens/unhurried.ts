/**
 * Takes what somebody says only now and then while that is little: what came meanwhile waits in the socket's buffers and
 * is taken in one go. Who says much is taken without a pause, so that nobody is ever held up.
 */

/** A socket's buffers hold some four times as much. */
const muchBytes = 131_072;
const windowMs = 250;
/** A read of this length was cut: more is waiting. */
const fullBytes = 65_536;

/** Called after each read with its length; resolves when it is time for the next. */
export function unhurried(rest: () => Promise<void>, now: () => number): (readBytes: number) => Promise<void> {
  /** Since the last rest, or of the window while much is said. */
  let bytes = 0;
  let beganMs = 0;
  let isMuch = false;
  return async (readBytes) => {
    bytes += readBytes;
    const nowMs = now();
    if (isMuch && nowMs - beganMs < windowMs) return;
    isMuch = bytes >= muchBytes;
    if (!isMuch && readBytes >= fullBytes) return;
    if (!isMuch) await rest();
    bytes = 0;
    beganMs = nowMs;
  };
}
