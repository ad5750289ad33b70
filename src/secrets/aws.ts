/** Secrets Manager and Parameter Store, through clients that are loaded when the first secret of AWS is named. */
import { awsUnreadable, unreadable } from './failure.ts';

export interface AwsAccess {
  /** Region of names without one: that of the environment where absent. */
  region?: string;
  /** Another endpoint than that of the region, for tests. */
  endpoint?: string;
  /** The chain of the SDK where absent. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** Attempts at one call; the SDK waits between them. */
  attempts?: number;
}

/** A start waits for secrets; a call takes a tenth of a second. */
const requestMs = 5_000;
const standardAttempts = 4;

function settingsOf(name: string, { region, endpoint, credentials, attempts = standardAttempts }: AwsAccess) {
  const own = regionOf(name) ?? region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  if (own === undefined || own === '') throw unreadable('nobody says in which region of AWS it is. Set AWS_REGION, or write its ARN.');
  return {
    region: own,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: attempts,
    requestHandler: { requestTimeout: requestMs, connectionTimeout: requestMs, throwOnRequestTimeout: true },
  };
}

function regionOf(name: string): string | undefined {
  return name.startsWith('arn:') ? name.split(':')[3] : undefined;
}

/** The text that a secret holds now; throws `secret-unreadable`. */
export async function secretOfManager(name: string, access: AwsAccess): Promise<string> {
  const settings = settingsOf(name, access);
  const { SecretsManagerClient, GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient(settings);
  const what = `the secret ${name}`;
  try {
    const { SecretString, SecretBinary } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    if (SecretString !== undefined) return SecretString;
    return new TextDecoder('utf-8', { fatal: true }).decode(SecretBinary);
  } catch (error) {
    if (error instanceof TypeError) throw unreadable(`${what} holds bytes that are no text. Store it as text.`, error);
    throw awsUnreadable(error, { what, region: settings.region, permission: 'secretsmanager:GetSecretValue' });
  } finally {
    client.destroy();
  }
}

/** The value of a parameter, decrypted; throws `secret-unreadable`. */
export async function parameterOfStore(name: string, access: AwsAccess): Promise<string> {
  const settings = settingsOf(name, access);
  const { SSMClient, GetParameterCommand } = await import('@aws-sdk/client-ssm');
  const client = new SSMClient(settings);
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    return Parameter?.Value ?? '';
  } catch (error) {
    throw awsUnreadable(error, { what: `the parameter ${name}`, region: settings.region, permission: 'ssm:GetParameter' });
  } finally {
    client.destroy();
  }
}
