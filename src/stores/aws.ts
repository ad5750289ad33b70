/** What AWS answers when a store does not get through: which failures pass, how long they are waited out, how they are told. */
import { FargazerError, type Clock, type ErrorCode } from '#contract';

type FailureKind = 'passing' | 'expired' | 'denied' | 'gone' | 'refused';

const kinds: readonly [FailureKind, RegExp][] = [
  ['expired', /^(?:ExpiredToken|ExpiredTokenException|TokenRefreshRequired|RequestExpired|RequestTimeTooSkewed)$/],
  ['passing', /Throttl|TooManyRequests|RequestLimitExceeded|ThroughputExceeded|^(?:SlowDown|LimitExceededException|ConditionalRequestConflict|OperationAborted|InternalError|InternalFailure|InternalServerError|ServiceUnavailable|ServiceUnavailableException|RequestTimeout|TimeoutError|NetworkingError)$/],
  ['gone', /^(?:ResourceNotFoundException|NoSuchBucket)$/],
  ['denied', /AccessDenied|^(?:Forbidden|UnauthorizedException|UnrecognizedClientException|MissingAuthenticationTokenException|IncompleteSignatureException|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignatureException|SignatureDoesNotMatch|CredentialsProviderError|TokenProviderError|AllAccessDisabled|OptInRequired)$/],
];

/** Codes of Node.js for connections that fail or break. */
const networkCodes = /^(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ERR_STREAM_PREMATURE_CLOSE|HPE_.*)$/;

export function failureName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

export function statusOf(error: unknown): number {
  const metadata: unknown = error instanceof Error ? Reflect.get(error, '$metadata') : undefined;
  const status: unknown = typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return typeof status === 'number' ? status : 0;
}

function kindOf(error: unknown): FailureKind {
  if (!(error instanceof Error)) return 'refused';
  // A signature whose time is off: the client has learned the right time from the answer.
  if (error.name === 'InvalidSignatureException' && /expired|not yet current/.test(error.message)) return 'expired';
  const known = kinds.find(([, names]) => names.test(error.name));
  if (known !== undefined) return known[0];
  const code: unknown = Reflect.get(error, 'code');
  if ((typeof code === 'string' && networkCodes.test(code)) || /^(?:aborted|socket hang up)$/.test(error.message)) return 'passing';
  const status = statusOf(error);
  if (status === 429 || status >= 500) return 'passing';
  return status === 403 || status === 401 ? 'denied' : 'refused';
}

export interface Patience {
  clock: Clock;
  /** Passing failures are waited out for so long. */
  patienceMs: number;
}

/** First wait, doubled from failure to failure. */
const firstWaitMs = 50;
const longestWaitMs = 5_000;

/**
 * Calls until it succeeds, waiting where the failure may pass. `attempt` counts from 0: where it is not, an earlier
 * attempt may have been applied without an answer. Throws the last failure as it came.
 */
export async function patiently<Result>(call: (attempt: number) => Promise<Result>, { clock, patienceMs }: Patience): Promise<Result> {
  const startMs = clock.now();
  let hasExpired = false;
  for (let attempt = 0; ; attempt++) {
    try {
      return await call(attempt);
    } catch (error) {
      const kind = kindOf(error);
      // Credentials are asked for once more: whoever provides them may have renewed them.
      if (kind !== 'passing' && (kind !== 'expired' || hasExpired)) throw error;
      hasExpired ||= kind === 'expired';
      // Full jitter: writers that were throttled together do not come back together.
      const waitMs = 10 + Math.random() * Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempt, 10));
      if (clock.now() + waitMs - startMs >= patienceMs) throw error;
      await clock.sleep(waitMs);
    }
  }
}

const codes: Readonly<Record<FailureKind, ErrorCode>> = { passing: 'store-failed', refused: 'store-failed', expired: 'store-denied', denied: 'store-denied', gone: 'store-gone' };

/** A failure as an error for people. */
export function storeError(error: unknown, place: string): FargazerError {
  if (error instanceof FargazerError) return error;
  const kind = kindOf(error);
  const what = place.slice(0, 1).toUpperCase() + place.slice(1);
  const message = (error instanceof Error ? error.message : String(error)).replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim().slice(0, 300).replace(/\.+$/, '');
  const said = message === '' ? failureName(error) : `${failureName(error)}: ${message}`;
  const kept = 'What was saved before is unchanged.';
  const sentences: Readonly<Record<FailureKind, string>> = {
    passing: `${what} does not answer, and waiting did not help (${said}). ${kept} Check the network, the capacity and the state of the service.`,
    refused: `${what} refuses the request (${said}). ${kept}`,
    expired: `The credentials for ${place} have expired (${said}). ${kept} Renew them and start again.`,
    denied: `${what} may not be read or written (${said}). ${kept} Check the credentials and their permissions.`,
    gone: `${what} does not exist (${said}). Make it, or check its name and the region.`,
  };
  return new FargazerError(codes[kind], sentences[kind], { cause: error });
}

/** Calls at once: enough to hide the way to AWS and back, few enough not to be throttled by themselves. */
const atOnce = 16;

/** In order of the inputs. The first failure is thrown once nothing is under way any more. */
export async function inParallel<Input, Result>(inputs: readonly Input[], work: (input: Input) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  let failed: { error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    while (next < inputs.length && failed === undefined) {
      const at = next++;
      try {
        results[at] = await work(inputs[at]!);
      } catch (error) {
        failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, inputs.length) }, worker));
  if (failed !== undefined) throw failed.error;
  return results;
}
