/** What went wrong while a secret was read, as a sentence with its cure; what AWS says itself is not passed on, for it may quote more than is ours to tell. */
import { FargazerError } from '#contract';

export interface AwsSecret {
  /** `the secret fargazer/slack`, `the parameter /fargazer/slack`. */
  what: string;
  region: string;
  /** What reading it takes, `secretsmanager:GetSecretValue`. */
  permission: string;
}

const missing = /^(?:ResourceNotFoundException|ParameterNotFound|ParameterVersionNotFound)$/;
const denied = /AccessDenied|NotAuthorized|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|InvalidAccessKeyId|IncompleteSignature|MissingAuthentication|OptInRequired/;
const locked = /^(?:DecryptionFailure|InvalidKeyId|KMS\w*)$/;

export function unreadable(sentence: string, cause?: unknown): FargazerError {
  return new FargazerError('secret-unreadable', sentence, { cause });
}

export function awsUnreadable(error: unknown, { what, region, permission }: AwsSecret): FargazerError {
  const { name, code } = parts(error);
  if (missing.test(name)) return unreadable(`${region} has no ${what.replace(/^the /, '')} (${name}). Make it, or correct its name or the region.`, error);
  if (/CredentialsProvider|TokenProvider/.test(name)) return unreadable(`${what} cannot be read without credentials of AWS. Give this process a role, or set AWS_PROFILE.`, error);
  if (/^Expired|RequestExpired|TokenRefreshRequired/.test(name)) return unreadable(`${what} cannot be read: the credentials of AWS have expired. Renew them and start again.`, error);
  if (locked.test(name)) return unreadable(`${what} cannot be decrypted (${name}). Grant kms:Decrypt for its key, or see whether that is enabled.`, error);
  if (denied.test(name)) return unreadable(`this role may not read ${what} in ${region} (${name}). Grant ${permission}, and kms:Decrypt where a key of your own encrypts it.`, error);
  if (/^InvalidRequestException$/.test(name)) return unreadable(`${what} has nothing to read: it is to be deleted, or was never given a value (${name}). Restore it, or give it one.`, error);
  if (/Throttl|TooManyRequests|RequestLimitExceeded/.test(name)) return unreadable(`AWS answers no more questions for ${what} right now (${name}). Start again in a minute.`, error);
  const said = /^\w{1,64}$/.test(code) ? code : /^\w{1,64}$/.test(name) ? name : 'unknown';
  return unreadable(`${what} could not be read from ${region} (${said}). Look at the network, the endpoint and the state of the service, and start again.`, error);
}

function parts(error: unknown): { name: string; code: string } {
  if (!(error instanceof Error)) return { name: 'unknown', code: '' };
  const code: unknown = Reflect.get(error, 'code');
  return { name: error.name, code: typeof code === 'string' ? code : '' };
}
