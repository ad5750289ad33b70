/** What an AWS service answers when it does not take something, named; its own messages are not passed on, for they may hold more than is ours to tell. */
import { SinkError } from '#contract';

/** Of whom the sentences speak. */
export interface AwsPlace {
  /** `EventBridge`. */
  service: string;
  /** `the bus alerts`. */
  target: string;
  /** The permission it takes, `events:PutEvents`. */
  permission: string;
}

interface Kind {
  names: RegExp;
  code: string;
  isRetryable: boolean;
  says: (place: AwsPlace) => string;
}

/** In this order; the names are those of the services, of KMS, of IAM and of the SDK. */
const kinds: readonly Kind[] = [
  { names: /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|^LimitExceeded|RateExceeded|Maximum sending rate/i, code: 'rate-limited', isRetryable: true, says: ({ service, target }) => `${service} takes no more for ${target} right now.` },
  { names: /^Expired|RequestExpired|TokenRefreshRequired/, code: 'credentials-expired', isRetryable: true, says: ({ target }) => `The credentials for ${target} expired; they are asked for anew.` },
  { names: /CredentialsProvider|TokenProvider/, code: 'no-credentials', isRetryable: true, says: ({ target }) => `No credentials could be had for ${target}; they are asked for anew.` },
  { names: /^NotFound|ResourceNotFound|NoSuchBucket|NotFoundException$/, code: 'target-missing', isRetryable: false, says: ({ service, target }) => `${service} knows nothing of ${target}; make it, or correct the configuration.` },
  { names: /^KMS/, code: 'key-unusable', isRetryable: false, says: ({ target }) => `The KMS key of ${target} cannot be used: it is disabled, gone, or this role may not use it.` },
  {
    names: /AccessDenied|AuthorizationError|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|InvalidSecurity|InvalidAccessKeyId|IncompleteSignature|NotAuthorized|MissingAuthentication|OptInRequired|Forbidden/,
    code: 'denied', isRetryable: false, says: ({ target, permission }) => `This role may not use ${target}; it needs ${permission}.`,
  },
  { names: /Conflict/, code: 'not-now', isRetryable: true, says: ({ service, target }) => `${service} is busy with the same thing in ${target}; the same request may succeed later.` },
  { names: /Internal|ServiceUnavailable/, code: 'receiver-failed', isRetryable: true, says: ({ service, target }) => `${service} failed while it took something for ${target}.` },
  { names: /Timeout|^AbortError/, code: 'timeout', isRetryable: true, says: ({ service, target }) => `${service} did not answer in time for ${target}.` },
];

/** Codes of Node.js for connections that fail or break. */
const broken = /^(?:ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_|CERT_|UND_ERR|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

/** The failure that an error thrown by an SDK means. */
export function awsFailure(error: unknown, place: AwsPlace): SinkError {
  const { name, code, status } = parts(error);
  // A broken connection has the SDK's name of a time-out.
  const known = broken.test(code) ? undefined : namedFailure(name, place);
  if (known !== undefined) return known;
  if (broken.test(code)) return new SinkError('unreachable', `${place.service} could not be reached for ${place.target} (${code}).`, true);
  if (status === 429) return new SinkError('rate-limited', `${place.service} takes no more for ${place.target} right now.`, true);
  if (status >= 500) return new SinkError('receiver-failed', `${place.service} answered ${status} for ${place.target}; the same request may succeed later.`, true);
  return refusal(name, place);
}

/** The failure that an error code inside an answer of 200 means; nothing but the code is passed on. */
export function entryFailure(code: string | undefined, place: AwsPlace): SinkError {
  return namedFailure(code ?? '', place) ?? refusal(code ?? '', place);
}

function namedFailure(name: string, place: AwsPlace): SinkError | undefined {
  const known = kinds.find(({ names }) => names.test(name));
  return known === undefined ? undefined : new SinkError(known.code, known.says(place), known.isRetryable);
}

function refusal(name: string, { service, target }: AwsPlace): SinkError {
  return new SinkError('rejected', `${service} will not take this for ${target} (${/^\w{1,64}$/.test(name) ? name : 'unknown'}).`, false);
}

function parts(error: unknown): { name: string; code: string; status: number } {
  if (!(error instanceof Error)) return { name: 'unknown', code: '', status: 0 };
  const code: unknown = Reflect.get(error, 'code');
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status: unknown = typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return { name: error.name, code: typeof code === 'string' ? code : '', status: typeof status === 'number' ? status : 0 };
}
