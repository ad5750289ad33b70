/** What the program is told about its deployment: names of resources, and the text of its configuration. */
import type { Foundation } from './foundation.ts';

/** Lambda allows 4 KB for all variables together; names of resources take a fifth of it. */
const longestConfigBytes = 3_000;

export function environmentOf(foundation: Foundation, config: string | undefined): Record<string, string> {
  const bytes = Buffer.byteLength(config ?? '');
  if (bytes > longestConfigBytes) throw new Error(`The configuration has ${bytes} bytes; a deployment carries ${longestConfigBytes} at most. Leave out what is the default.`);
  return {
    FARGAZER_STREAM: foundation.stream.streamName,
    FARGAZER_TABLE: foundation.table.tableName,
    FARGAZER_BUCKET: foundation.bucket.bucketName,
    FARGAZER_TOPIC_ARN: foundation.topic.topicArn,
    FARGAZER_NOTICES_URL: foundation.notices.queueUrl,
    FARGAZER_DEAD_LETTERS_URL: foundation.deadLetters.queueUrl,
    ...(config === undefined ? {} : { FARGAZER_CONFIG: config }),
  };
}
