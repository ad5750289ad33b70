/** Route 53 Resolver query logs. */
import type { Decoded, Decoder, DnsActivity, JsonObject, JsonValue, RawRecord } from '#contract';
import { sharedFields, subjectOf } from './event-base.ts';
import { isObject, listOf, objectOf, textOf } from './fields.ts';
import { instantOf } from './instant.ts';

export const resolverLog: Decoder = {
  id: 'resolver-log',
  title: 'Amazon Route 53 Resolver query logs',
  source: 'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html',
  feed: 'resolver-log',
  framing: 'json',
  recognise: (head) => (head[0]?.value !== undefined && accepts(head[0].value) ? 1 : 0),
  accepts,
  open: () => ({ decode }),
};

function accepts(value: JsonValue): boolean {
  if (!isObject(value) || typeof value['query_name'] !== 'string') return false;
  return 'rcode' in value || 'vpc_id' in value || 'query_timestamp' in value;
}

/** Answers kept of one query, as the event type promises. */
const answerLimit = 32;

function decode(record: RawRecord): Decoded {
  const value = objectOf(record.value);
  const queryName = withoutDot(textOf(value['query_name']).toLowerCase());
  if (queryName === '') return { unreadable: 'expected query_name in a Resolver query log' };
  const instant = instantOf(value['query_timestamp']) ?? instantOf(record.carrierTimeMs);
  if (instant === undefined) return { unreadable: 'expected query_timestamp as an ISO 8601 instant in a Resolver query log' };
  const subject = subjectOf({
    account: textOf(value['account_id']),
    region: textOf(value['region']),
    address: textOf(value['srcaddr']),
  });
  const event: DnsActivity = {
    kind: 'dns',
    ...sharedFields('resolver-log', record, instant, subject),
    queryName,
    queryType: textOf(value['query_type']).toUpperCase(),
    responseCode: textOf(value['rcode']).toUpperCase(),
    answers: answersOf(value['answers']),
  };
  return { events: [event] };
}

/** A list of answers, or a single one that stands for itself. */
function answersOf(value: JsonValue | undefined): string[] {
  const answers: string[] = [];
  const items: readonly JsonValue[] = isObject(value) ? [value] : listOf(value, answerLimit);
  for (const item of items) {
    const answer = typeof item === 'string' ? textOf(item) : rdataOf(objectOf(item));
    if (answer !== '') answers.push(withoutDot(answer));
  }
  return answers;
}

function rdataOf(answer: Readonly<JsonObject>): string {
  return textOf(answer['Rdata']) || textOf(answer['rdata']);
}

/** The root itself keeps its dot. */
function withoutDot(name: string): string {
  return name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name;
}
