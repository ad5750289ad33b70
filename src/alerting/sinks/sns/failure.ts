/** What SNS answers when it does not take a message, named; messages of AWS are not passed on, for they may hold more than is ours to tell. */
import { SinkError } from '#contract';

interface Kind {
  names: RegExp;
  code: string;
  isRetryable: boolean;
  says: (topic: string) => string;
}

/** In this order; the names are those of the service, of the KMS key behind a topic, of IAM and of the SDK. */
const kinds: readonly Kind[] = [
  { names: /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/, code: 'rate-limited', isRetryable: true, says: (topic) => `SNS takes no more messages for ${topic} right now.` },
  { names: /^Expired|RequestExpired|TokenRefreshRequired/, code: 'credentials-expired', isRetryable: true, says: (topic) => `The credentials for ${topic} expired; they are asked for anew.` },
  { names: /CredentialsProvider|TokenProvider/, code: 'no-credentials', isRetryable: true, says: (topic) => `No credentials could be had for ${topic}; they are asked for anew.` },
  { names: /^NotFound|ResourceNotFound/, code: 'topic-missing', isRetryable: false, says: (topic) => `There is no topic ${topic}.` },
  { names: /^KMS/, code: 'key-unusable', isRetryable: false, says: (topic) => `The KMS key of ${topic} cannot be used: it is disabled, gone, or this role may not use it.` },
  {
    names: /^AuthorizationError|AccessDenied|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|InvalidSecurity|InvalidAccessKeyId|IncompleteSignature/,
    code: 'denied', isRetryable: false, says: (topic) => `This role may not publish to ${topic}; it needs sns:Publish.`,
  },
  { names: /^InternalError|InternalFailure|ServiceUnavailable/, code: 'receiver-failed', isRetryable: true, says: (topic) => `SNS failed while it took a message for ${topic}.` },
  { names: /Timeout|^AbortError/, code: 'timeout', isRetryable: true, says: (topic) => `SNS did not answer in time for ${topic}.` },
];

/** Codes of Node.js for connections that fail or break. */
const broken = /^(?:ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_|CERT_|UND_ERR)/;

export function snsFailure(error: unknown, topic: string): SinkError {
  const { name, code, status } = parts(error);
  const known = kinds.find(({ names }) => names.test(name));
  if (known !== undefined) return new SinkError(known.code, known.says(topic), known.isRetryable);
  if (broken.test(code)) return new SinkError('unreachable', `SNS could not be reached for ${topic} (${code}).`, true);
  if (status === 429) return new SinkError('rate-limited', `SNS takes no more messages for ${topic} right now.`, true);
  if (status >= 500) return new SinkError('receiver-failed', `SNS answered ${status} for ${topic}; the same request may succeed later.`, true);
  return new SinkError('rejected', `SNS will not take this message for ${topic} (${/^\w{1,64}$/.test(name) ? name : 'unknown'}).`, false);
}

function parts(error: unknown): { name: string; code: string; status: number } {
  if (!(error instanceof Error)) return { name: 'unknown', code: '', status: 0 };
  const code: unknown = Reflect.get(error, 'code');
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status: unknown = typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return { name: error.name, code: typeof code === 'string' ? code : '', status: typeof status === 'number' ? status : 0 };
}
