/** What a deployed task or function is told by its environment: FARGAZER_CONFIG is the YAML itself, the others fill in what it leaves out. */
import { stringify, parse } from 'yaml';

/** Names of the environment, as the constructs in infra/ set them. */
export interface Environment {
  FARGAZER_CONFIG?: string;
  FARGAZER_STREAM?: string;
  FARGAZER_TABLE?: string;
  FARGAZER_BUCKET?: string;
  FARGAZER_TOPIC_ARN?: string;
  FARGAZER_NOTICES_URL?: string;
}

/** The text of a configuration with everything that the environment tells and the text does not. */
export function configText(environment: Environment): string {
  const { FARGAZER_CONFIG: text = '', FARGAZER_STREAM: stream, FARGAZER_TABLE: table, FARGAZER_BUCKET: bucket, FARGAZER_TOPIC_ARN: topicArn, FARGAZER_NOTICES_URL: queue } = environment;
  let told: unknown;
  try {
    told = parse(text, { logLevel: 'error' });
  } catch {
    // Whoever loads the text says what is wrong, and where.
    return text;
  }
  if (told !== null && told !== undefined && (typeof told !== 'object' || Array.isArray(told))) return text;
  const known = (told ?? {}) as Record<string, unknown>;
  const added: Record<string, unknown> = {};
  const sources = [...(stream === undefined ? [] : [{ kinesis: { stream } }]), ...(queue === undefined ? [] : [{ s3: { queues: [queue] } }])];
  if (known['sources'] === undefined && sources.length > 0) added['sources'] = sources;
  if (known['store'] === undefined && table !== undefined) added['store'] = { dynamodb: { table, ...(bucket === undefined ? {} : { bucket }) } };
  if (known['sinks'] === undefined && topicArn !== undefined) added['sinks'] = { sns: { topicArn } };
  // The text stays as it was written, so that faults name its lines.
  return Object.keys(added).length === 0 ? text : `${text === '' ? '' : `${text.trimEnd()}\n`}${stringify(added)}`;
}
