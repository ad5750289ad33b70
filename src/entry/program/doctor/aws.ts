/** How the doctor speaks to AWS: settings of its clients, and what a failed call tells. */
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { awsFailure, type AwsFailureKind } from '../../../sources/aws.ts';
import { fail, warn, type DoctorCheck } from './report.ts';

/** Settings of every client; AWS's own defaults (environment, profile) where absent. */
export interface AwsSettings {
  region?: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  requestHandler?: NodeHttpHandler;
  /** Tries of one call; AWS's three where absent. */
  maxAttempts?: number;
}

/** Only one's own permissions are at fault where a call is denied: the stack may be well. */
const verdicts: Readonly<Record<AwsFailureKind, typeof fail>> = { denied: warn, expired: warn, throttled: warn, transient: warn, gone: fail, refused: fail };

const cures: Readonly<Record<AwsFailureKind, (call: string) => string>> = {
  denied: (call) => `Use credentials that may call ${call}.`,
  expired: () => 'Renew the credentials and run this again.',
  throttled: () => 'Run this again in a minute.',
  transient: () => 'Check the network and the region, then run this again.',
  gone: () => 'Deploy the stack again: somebody removed it by hand.',
  refused: (call) => `Look up ${call} in the reference of AWS; the request itself was refused.`,
};

/** The check that stands where a call failed. `call` is the permission it takes: `kinesis:DescribeStreamSummary`. */
export function failedCall(name: string, call: string, error: unknown): DoctorCheck {
  const { kind, code, message } = awsFailure(error);
  const said = message === '' || message === code ? code : `${code}: ${message.replace(/[.\s]+$/, '')}`;
  return verdicts[kind](name, `${call} was not answered (${said}).`, cures[kind](call));
}
