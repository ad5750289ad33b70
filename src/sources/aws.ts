/** What AWS answers when it does not answer: which failures pass, how long to wait for them, how they are told. */
import { FargazerError, type Clock, type ErrorCode } from '#contract';

/** `refused`: the request itself is wrong, and no waiting helps. */
export type AwsFailureKind = 'throttled' | 'transient' | 'expired' | 'denied' | 'gone' | 'refused';

export interface AwsFailure {
  kind: AwsFailureKind;
  /** AWS's name of it: `ThrottlingException`. */
  code: string;
  /** AWS's sentence, shortened and without control characters. */
  message: string;
}

const kinds: readonly { kind: AwsFailureKind; names: RegExp }[] = [
  { kind: 'throttled', names: /Throttl|TooManyRequests|RequestLimitExceeded|LimitExceededException|^SlowDown$|ThroughputExceeded|OverLimit/ },
  { kind: 'expired', names: /^(?:ExpiredToken|ExpiredTokenException|TokenRefreshRequired|RequestExpired)$/ },
  { kind: 'gone', names: /^(?:ResourceNotFoundException|NoSuchBucket|NoSuchKey|QueueDoesNotExist|QueueDeletedRecently|AWS\.SimpleQueueService\.NonExistentQueue)$/ },
  { kind: 'denied', names: /AccessDenied|^(?:Forbidden|UnauthorizedException|UnauthorizedOperation|UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignatureException|SignatureDoesNotMatch|CredentialsProviderError|TokenProviderError|AllAccessDisabled|AccountProblem|NotSignedUp|OptInRequired)$/ },
  { kind: 'transient', names: /^(?:ServiceUnavailable|ServiceUnavailableException|InternalError|InternalFailure|InternalServerError|InternalServerException|RequestTimeout|RequestTimeoutException|TimeoutError|NetworkingError|SessionStreamingException|SessionTimeoutException)$/ },
];

/** Codes of Node.js for connections that fail or break. */
const networkCodes = /^(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_.*|HPE_.*)$/;

export function awsFailure(error: unknown): AwsFailure {
  const { name, message, code, status } = parts(error);
  const known = kinds.find(({ names }) => names.test(name));
  // The kit adds a hint for its own users.
  const shown = message.replace(/\s*Deserialization error: to see the raw response[^]*$/, '').replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim().slice(0, 300);
  const make = (kind: AwsFailureKind): AwsFailure => ({ kind, code: name === 'Error' && code !== '' ? code : name, message: shown });
  if (known !== undefined) return make(known.kind);
  if (networkCodes.test(code) || /^(?:aborted|socket hang up)$/.test(message)) return make('transient');
  if (status === 429) return make('throttled');
  if (status >= 500) return make('transient');
  if (status === 403 || status === 401) return make('denied');
  if (status === 404) return make('gone');
  return make('refused');
}

function parts(error: unknown): { name: string; message: string; code: string; status: number } {
  if (!(error instanceof Error)) return { name: 'unknown', message: String(error), code: '', status: 0 };
  const code: unknown = Reflect.get(error, 'code');
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status: unknown = typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return { name: error.name, message: error.message, code: typeof code === 'string' ? code : '', status: typeof status === 'number' ? status : 0 };
}

export interface Patience {
  clock: Clock;
  signal: AbortSignal;
  /** Failures in a row are waited out for so long, then thrown; for ever where absent. */
  giveUpMs?: number;
  /** Told before each wait. */
  onWait?: (failure: AwsFailure, waitMs: number) => void;
}

/** First wait, doubled from failure to failure; quotas of AWS are counted by the second. */
const firstWaitMs = 200;
/** Longest wait: throttled for minutes, half a minute more is little. */
const longestWaitMs = 20_000;

/**
 * Calls until it succeeds, waiting where the failure may pass: throttling, a server's error, a broken connection.
 * Credentials that expired are tried once more, since whoever provides them may have renewed them.
 * Every other failure is thrown as it came.
 */
export async function patiently<T>(call: () => Promise<T>, { clock, signal, giveUpMs, onWait }: Patience): Promise<T> {
  let failingSinceMs: number | undefined;
  let hasExpired = false;
  for (let failures = 0; ; failures++) {
    try {
      return await call();
    } catch (error) {
      if (signal.aborted) throw error;
      const failure = awsFailure(error);
      const passes = failure.kind === 'throttled' || failure.kind === 'transient' || (failure.kind === 'expired' && !hasExpired);
      if (!passes) throw error;
      hasExpired ||= failure.kind === 'expired';
      failingSinceMs ??= clock.now();
      if (giveUpMs !== undefined && clock.now() - failingSinceMs >= giveUpMs) throw error;
      // Full jitter: callers that were throttled together do not come back together.
      const waitMs = 50 + Math.random() * Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures, 10));
      onWait?.(failure, waitMs);
      await clock.sleep(waitMs, signal);
      if (signal.aborted) throw error;
    }
  }
}

const codes: Readonly<Record<AwsFailureKind, ErrorCode>> = {
  throttled: 'source-failed',
  transient: 'source-failed',
  refused: 'source-failed',
  expired: 'source-denied',
  denied: 'source-denied',
  gone: 'source-gone',
};

/** A failure as an error for people. `what` is the place (`the log group /ecs/app`), `kept` says what was read before. */
export function sourceError(error: unknown, what: string, kept: string, cures: { gone?: string; denied?: string } = {}): FargazerError {
  if (error instanceof FargazerError) return error;
  const { kind, code, message } = awsFailure(error);
  const said = message === '' ? code : `${code}: ${message.replace(/[.\s]+$/, '')}`;
  const sentences: Readonly<Record<AwsFailureKind, string>> = {
    throttled: `AWS still throttles the reading of ${what} after minutes of waiting (${said}). ${kept} Try again later, or read a shorter span.`,
    transient: `${upper(what)} could not be read (${said}). ${kept} Check the network and the state of the service, then try again.`,
    refused: message.startsWith('Region is missing')
      ? `It is not known in which region ${what} is. ${kept} Give the region, or set AWS_REGION.`
      : `AWS refuses the request for ${what} (${said}). ${kept}`,
    expired: `The credentials expired while ${what} was read (${said}). ${kept} Renew them and start again.`,
    denied: `${upper(what)} may not be read (${said}). ${kept} ${cures.denied ?? 'Check the credentials and their permissions.'}`,
    gone: `${upper(what)} does not exist (${said}). ${kept} ${cures.gone ?? 'Check the name and the region.'}`,
  };
  return new FargazerError(codes[kind], sentences[kind], { cause: error });
}

function upper(text: string): string {
  return text.startsWith('the ') ? `The ${text.slice(4)}` : text;
}

/** The part of an AWS client that sees answers. */
export interface AnsweringClient {
  middlewareStack: {
    add(
      middleware: (next: (sent: never) => Promise<{ response: unknown }>) => (sent: never) => Promise<{ response: unknown }>,
      options: { step: 'deserialize'; name: string },
    ): void;
  };
}

/** The carrier's own time, by the `Date` of its last answer and the time since; a second behind it at most. */
export function carrierClock(client: object, clock: Clock): () => number {
  let offsetMs = 0;
  (client as AnsweringClient).middlewareStack.add(
    (next) => async (sent) => {
      const answer = await next(sent);
      const headers: unknown = typeof answer.response === 'object' && answer.response !== null ? Reflect.get(answer.response, 'headers') : undefined;
      const date: unknown = typeof headers === 'object' && headers !== null ? Reflect.get(headers, 'date') : undefined;
      const dateMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
      if (!Number.isNaN(dateMs)) offsetMs = dateMs - clock.now();
      return answer;
    },
    { step: 'deserialize', name: 'carrierClock' },
  );
  return () => Math.floor(clock.now() + offsetMs);
}

/** Lets so many calls begin in a second and no more; each waits for its turn. */
export function paced(perSecond: number, clock: Clock): (signal: AbortSignal) => Promise<void> {
  const gapMs = 1_000 / perSecond;
  let nextMs = 0;
  return async (signal) => {
    const nowMs = clock.now();
    const turnMs = Math.max(nowMs, nextMs);
    nextMs = turnMs + gapMs;
    if (turnMs > nowMs) await clock.sleep(turnMs - nowMs, signal);
  };
}
