/** When a picture goes along with a message, and that no message is lost or sent twice for its picture. */
import { SinkError, type Clock } from '#contract';

/** A right that is missing is given within minutes or never; a service that was down does without pictures no longer than this. */
const pauseMs = 10 * 60_000;

/** The service took nothing, and the picture may be why. */
const refusals: readonly string[] = ['too-large', 'rejected', 'denied'];

/** A message waits no longer than this for a picture that comes before it, nor the next one for a picture behind it. */
const longestMs = 5_000;

/** How long one request for a picture of its own may take. */
export function pictureTimeoutMs(timeoutMs: number | undefined): number {
  return Math.min(timeoutMs ?? longestMs, longestMs);
}

export interface Pictures {
  /**
   * For services that take both in one request. What was refused has not arrived and goes at once as text. Where nobody knows
   * whether it arrived it fails as any message does, and the next attempt is text.
   */
  along<T>(pictured: (() => Promise<T>) | undefined, plain: () => Promise<T>): Promise<T>;
  /** For services where the picture is a request of its own: what it gives, undefined where it failed, which is nobody's loss. */
  beside<T>(upload: () => Promise<T>): Promise<T | undefined>;
}

/** After a failure no picture is tried for ten minutes, so that messages pay once for what does not work. */
export function pictures(clock: Clock): Pictures {
  let againMs = 0;
  const isPaused = (): boolean => clock.now() < againMs;
  const pause = (): void => void (againMs = clock.now() + pauseMs);
  return {
    async along(pictured, plain) {
      if (pictured === undefined || isPaused()) return plain();
      try {
        return await pictured();
      } catch (error) {
        if (!(error instanceof SinkError)) throw error;
        const isRefused = refusals.includes(error.code);
        if (isRefused || (error.isRetryable && error.code !== 'rate-limited')) pause();
        if (isRefused) return plain();
        throw error;
      }
    },
    async beside(upload) {
      if (isPaused()) return undefined;
      try {
        return await upload();
      } catch {
        pause();
        return undefined;
      }
    },
  };
}
