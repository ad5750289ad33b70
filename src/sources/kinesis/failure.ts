/** What a failed call to Kinesis means for whoever reads. */
import { FargazerError } from '#contract';
import { awsFailure } from '../aws.ts';

/**
 * `throttled` and `passing` are waited out; `denied` too, for a while; `expired` asks for a new iterator; `missing` may
 * be the stream or one shard of it; `misplaced` is an iterator or a position that Kinesis does not take; `refused` stays.
 */
export type FailureKind = 'throttled' | 'passing' | 'denied' | 'expired' | 'missing' | 'misplaced' | 'refused';

export interface Failure {
  kind: FailureKind;
  /** The call and what it answered, without names of the account: `GetRecords: AccessDeniedException`. */
  reason: string;
}

const kinds: Readonly<Record<string, FailureKind>> = {
  ExpiredIteratorException: 'expired',
  ExpiredNextTokenException: 'passing',
  ResourceNotFoundException: 'missing',
  // A stream that is being made or changed.
  ResourceInUseException: 'passing',
  InvalidArgumentException: 'misplaced',
  ValidationException: 'refused',
  KMSDisabledException: 'denied',
  KMSInvalidStateException: 'denied',
  KMSNotFoundException: 'denied',
  KMSOptInRequired: 'denied',
  MissingAuthenticationTokenException: 'denied',
  IncompleteSignatureException: 'denied',
};

export function failureOf(operation: string, error: unknown): Failure {
  const { kind, code } = awsFailure(error);
  const reason = `${operation}: ${code.slice(0, 80)}`;
  const own = Object.hasOwn(kinds, code) ? kinds[code] : undefined;
  if (own !== undefined) return { kind: own, reason };
  if (kind === 'expired' || kind === 'denied') return { kind: 'denied', reason };
  if (kind === 'gone') return { kind: 'missing', reason };
  if (kind === 'throttled') return { kind, reason };
  // An answer that cannot be read, a connection that broke in the middle, a call that took too long.
  return { kind: isMadeHere(error) ? 'refused' : 'passing', reason };
}

/** Errors of the kit that no answer caused. */
function isMadeHere(error: unknown): boolean {
  return error instanceof Error && /^Region is missing|^Invalid URL/.test(error.message);
}

export function refused(stream: string, error: unknown, reason: string): FargazerError {
  const message = error instanceof Error ? error.message : '';
  if (message.startsWith('Region is missing')) return new FargazerError('config-invalid', `The region of the Kinesis stream ${stream} is not known. Nothing was read; set region, give the ARN of the stream, or set AWS_REGION.`);
  return new FargazerError('source-failed', `Kinesis refuses to read the stream ${stream} (${reason}). What was read before is kept; check the options of the source.`, { cause: error });
}

export function gone(stream: string, cause: unknown): FargazerError {
  return new FargazerError('source-gone', `The Kinesis stream ${stream} does not exist, or was deleted. What was read before is kept; check its name, region and account.`, { cause });
}

export function madeAnew(stream: string, shard: string, cause: unknown): FargazerError {
  return new FargazerError('source-gone', `The saved position of ${shard} does not belong to the Kinesis stream ${stream}: it was deleted and made anew, or is another one of this name. What was read before is kept; read it with a state of its own.`, { cause });
}

export function denied(stream: string, reason: string, cause: unknown): FargazerError {
  return new FargazerError('source-denied', `The Kinesis stream ${stream} may not be read (${reason}). What was read before is kept; check the credentials and that they allow ListShards, GetShardIterator and GetRecords, and Decrypt with its key.`, { cause });
}
