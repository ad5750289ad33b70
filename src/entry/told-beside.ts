/** What the environment of a deployed task or function tells beside its configuration. */

/** Names of the environment, as the constructs in infra/ set them. */
export interface Environment {
  /** The configuration itself, as YAML. */
  FARGAZER_CONFIG?: string;
  FARGAZER_STREAM?: string;
  FARGAZER_TABLE?: string;
  FARGAZER_BUCKET?: string;
  FARGAZER_TOPIC_ARN?: string;
  FARGAZER_NOTICES_URL?: string;
}

/** Sections that the environment tells and a configuration does not. */
export function toldBeside(environment: Environment, known: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { FARGAZER_STREAM: stream, FARGAZER_TABLE: table, FARGAZER_BUCKET: bucket, FARGAZER_TOPIC_ARN: topicArn, FARGAZER_NOTICES_URL: queue } = environment;
  const added: Record<string, unknown> = {};
  const sources = [...(stream === undefined ? [] : [{ kinesis: { stream } }]), ...(queue === undefined ? [] : [{ s3: { queues: [queue] } }])];
  if (known['sources'] === undefined && sources.length > 0) added['sources'] = sources;
  if (known['store'] === undefined && table !== undefined) added['store'] = { dynamodb: { table, ...(bucket === undefined ? {} : { bucket }) } };
  if (known['sinks'] === undefined && topicArn !== undefined) added['sinks'] = { sns: { topicArn } };
  return added;
}
