/** Everything that the handler itself tells: how loud, in which sentence, and what it counts. One entry each. */

export type Level = 'debug' | 'info' | 'warn' | 'error';

/**
 * Custom metrics, under the namespace `fargazer`. CloudWatch asks for each by the month, so there are few and none has
 * dimensions beside the service.
 */
export const metricNames = [
  'Records', 'UnreadableRecords', 'LateRecords', 'SetAsideRecords', 'BadTicks', 'PoisonRecords', 'RecordsLeft', 'BatchesFailed', 'ContributionBytes',
  'RoundsClosed', 'CloserFailures', 'CloserStuck', 'Alerts', 'Delivered', 'DeliveryFailures', 'DeliveriesGivenUp', 'RecordsPut', 'DeadLetters',
] as const;
export type MetricName = (typeof metricNames)[number];

export interface Saying {
  level: Level;
  /** Sentence with `{field}` in it. */
  says: string;
  /** The only fields that are told, whatever is given: names out of the deployment or the code, numbers, codes. */
  fields: readonly string[];
  /** Adds the number in a field, or 1. */
  counts?: readonly { metric: MetricName; by?: string }[];
}

export const sayings = {
  'batch-applied': {
    level: 'debug', says: 'Applied {records} records of {shard}.', fields: ['shard', 'records', 'events', 'unreadable', 'late', 'setAside', 'repeated', 'bytes', 'round', 'tookMs'],
    counts: [{ metric: 'Records', by: 'records' }, { metric: 'UnreadableRecords', by: 'unreadable' }, { metric: 'LateRecords', by: 'late' }, { metric: 'SetAsideRecords', by: 'setAside' }, { metric: 'ContributionBytes', by: 'bytes' }],
  },
  'batch-failed': { level: 'error', says: 'A batch of {shard} was not applied ({code}); it comes again, and nothing of it was counted. {sentence}', fields: ['shard', 'records', 'code', 'sentence'], counts: [{ metric: 'BatchesFailed' }] },
  'records-left': { level: 'warn', says: 'The time of the invocation ends: {left} of {records} records of {shard} are left for the next one. Where this repeats, give the function more memory or time.', fields: ['shard', 'records', 'left'], counts: [{ metric: 'RecordsLeft', by: 'left' }] },
  'lane-full': { level: 'error', says: 'The walk is hours behind, and {shard} has no room for more before rounds are closed: {left} of {records} records wait in the stream, and nothing of them is lost while it keeps them. See why closers fail.', fields: ['shard', 'records', 'left'], counts: [{ metric: 'RecordsLeft', by: 'left' }] },
  'bad-ticks': { level: 'warn', says: '{records} ticks in {shard} are of no known round and were passed over: somebody else writes ticks, or a recording was put into the stream.', fields: ['shard', 'records'], counts: [{ metric: 'BadTicks', by: 'records' }] },
  'poison-record': { level: 'error', says: 'A record of {shard} at {sequence} could not be taken in ({code}); it was passed over, counted and noted in the dead letters.', fields: ['shard', 'sequence', 'code'], counts: [{ metric: 'PoisonRecords' }] },
  'object-unread': { level: 'warn', says: '{objects} objects could not be read as a whole; the dead letters say which records named them.', fields: ['shard', 'objects'] },
  'dead-letters': { level: 'debug', says: 'Noted {notes} dead letters.', fields: ['notes'], counts: [{ metric: 'DeadLetters', by: 'notes' }] },
  'dead-letters-failed': { level: 'error', says: '{notes} dead letters could not be noted ({code}); what they were about is counted all the same.', fields: ['notes', 'code'] },
  'rounds-closed': { level: 'info', says: 'Closed {rounds} rounds up to {round} in {tookMs} ms; {alerts} alerts.', fields: ['rounds', 'round', 'alerts', 'tookMs'], counts: [{ metric: 'RoundsClosed', by: 'rounds' }, { metric: 'Alerts', by: 'alerts' }] },
  'rounds-left': { level: 'info', says: 'The time of the invocation ends before all rounds are closed; the next invocation goes on from round {round}.', fields: ['round'] },
  'closer-failed': { level: 'error', says: 'Rounds could not be closed ({code}), {times} times in a row here; the next invocation tries again, and nothing is lost meanwhile. {sentence}', fields: ['code', 'times', 'sentence'], counts: [{ metric: 'CloserFailures' }] },
  'closer-stuck': { level: 'error', says: 'Rounds have failed to close {times} times in a row here: no alert comes until they do.', fields: ['times'], counts: [{ metric: 'CloserStuck' }] },
  'delivery-left': { level: 'error', says: 'Alerts could not be delivered ({code}); they stay in the state and are delivered by a later invocation.', fields: ['code'], counts: [{ metric: 'DeliveryFailures' }] },
  'records-put': { level: 'debug', says: 'Put {records} records of {from} into the stream.', fields: ['from', 'records', 'retried'], counts: [{ metric: 'RecordsPut', by: 'records' }] },
  'notice-refused': { level: 'warn', says: 'A message of the queue is no notice of an object ({reason}); it was noted in the dead letters.', fields: ['reason'] },
  'round-begun': { level: 'info', says: 'Began round {round} with {shards} shards.', fields: ['round', 'shards'] },
  tidied: { level: 'info', says: 'Removed {lanes} lanes of closed shards and {parts} parts that nobody names.', fields: ['lanes', 'parts'] },
  'tidy-failed': { level: 'warn', says: 'Tidying failed ({code}); it is tried again in an hour.', fields: ['code'] },
  'invocation-failed': { level: 'error', says: 'The invocation failed ({code}). {sentence}', fields: ['code', 'sentence', 'at'] },
} as const satisfies Record<string, Saying>;
export type SayingName = keyof typeof sayings;
