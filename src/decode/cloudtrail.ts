/** CloudTrail records: as delivered to S3, in an EventBridge envelope, or as `LookupEvents` answers them. */
import type { ApiActivity, ApiActor, Decoded, Decoder, JsonObject, JsonValue, RawRecord } from '#contract';
import { isTaskId } from './arn.ts';
import { actorOf } from './cloudtrail-actor.ts';
import { resourceOf } from './cloudtrail-resource.ts';
import { sharedFields, subjectOf } from './event-base.ts';
import { booleanOf, isObject, objectOf, optionalText, textOf } from './fields.ts';
import { instantOf } from './instant.ts';
import { maskObject } from './mask.ts';

export const cloudTrail: Decoder = {
  id: 'cloudtrail',
  title: 'AWS CloudTrail records',
  source: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html',
  feed: 'cloudtrail',
  framing: 'json',
  recognise: (head) => (head[0]?.value !== undefined && accepts(head[0].value) ? 1 : 0),
  accepts,
  open: () => ({ decode }),
};

function accepts(value: JsonValue): boolean {
  if (!isObject(value)) return false;
  if (typeof value['CloudTrailEvent'] === 'string') return true;
  if (isDigest(value)) return true;
  return isRecord(value) || (typeof value['detail-type'] === 'string' && isRecord(objectOf(value['detail'])));
}

const telling = ['userIdentity', 'eventVersion', 'eventID', 'awsRegion', 'recipientAccountId'];

/** S3 notifications have these fields as well, with `aws:s3` as source. */
function isRecord(value: Readonly<JsonObject>): boolean {
  const source = value['eventSource'];
  if (typeof value['eventName'] === 'string' && typeof source === 'string') {
    return !source.startsWith('aws:') && telling.some((field) => field in value);
  }
  return 'eventVersion' in value && isInsight(value);
}

function isInsight(value: Readonly<JsonObject>): boolean {
  return value['eventType'] === 'AwsCloudTrailInsight' || value['eventCategory'] === 'Insight';
}

/** Digest files lie beside the records and hold signatures only. */
function isDigest(value: Readonly<JsonObject>): boolean {
  return typeof value['digestStartTime'] === 'string' && Array.isArray(value['logFiles']);
}

function decode(record: RawRecord): Decoded {
  const value = objectOf(record.value);
  if (isDigest(value)) return { skipped: 'CloudTrail digest' };
  const inner = value['CloudTrailEvent'];
  if (typeof inner === 'string') {
    const parsed = parseInner(inner);
    if (parsed === undefined) return { unreadable: 'CloudTrailEvent holds no JSON object' };
    return recordOf(parsed, textOf(value['EventId']), value, record);
  }
  return 'detail' in value
    ? recordOf(objectOf(value['detail']), textOf(value['id']), {}, record)
    : recordOf(value, '', {}, record);
}

/** `outerId` is the carrier's id, for records without `eventID`; `lookup` the outer object of `LookupEvents`, else {}. */
function recordOf(value: Readonly<JsonObject>, outerId: string, lookup: JsonObject, record: RawRecord): Decoded {
  if (isInsight(value)) return { skipped: 'CloudTrail Insights event' };
  const operation = textOf(value['eventName']);
  if (operation === '') return { unreadable: 'expected eventName in a CloudTrail record' };
  const instant = instantOf(value['eventTime']) ?? instantOf(record.carrierTimeMs);
  if (instant === undefined) return { unreadable: 'expected eventTime as an ISO 8601 instant in a CloudTrail record' };

  const actor = actorOf(value['userIdentity']);
  const additional = objectOf(value['additionalEventData']);
  if (additional['MFAUsed'] === 'Yes') actor.isMfaAuthenticated = true;
  const event: ApiActivity = {
    kind: 'api',
    ...sharedFields('cloudtrail', record, instant, subject(value, actor), optionalText(value['eventID']) ?? outerId),
    system: 'aws',
    actor,
    service: textOf(value['eventSource']),
    operation,
    isReadOnly: booleanOf(value['readOnly']) ?? booleanOf(lookup['ReadOnly']) ?? readPrefix.test(operation),
    resource: resourceOf(value, lookup),
    ...outcomeOf(value),
    request: maskObject(value['requestParameters']),
    response: maskObject(value['responseElements']),
  };
  const sourceAddress = optionalText(value['sourceIPAddress']);
  if (sourceAddress !== undefined) event.sourceAddress = sourceAddress;
  const userAgent = optionalText(value['userAgent']);
  if (userAgent !== undefined) event.userAgent = userAgent;
  return { events: [event] };
}

/** The account is the one whose trail this is; a caller from another account stands in `actor.account`. */
function subject(value: Readonly<JsonObject>, actor: ApiActor) {
  const { session = '' } = actor;
  return subjectOf({
    account: textOf(value['recipientAccountId']) || actor.account,
    region: textOf(value['awsRegion']),
    principal: actor.principal,
    session,
    task: isTaskId(session) ? session : '',
  });
}

const readPrefix = /^(?:Get|List|Describe|Head|Lookup|BatchGet|Search|Query|Scan|Select|Check|View|Preview|Estimate)(?![a-z])/;
/** `AccessDenied`, `Client.UnauthorizedOperation`, `VpceAccessDenied`, `NotAuthorizedException`, `AccessForbidden`, … */
const deniedCode = /denied|unauthorized|notauthorized|forbidden|authorizationerror/i;

/** Console sign-ins and role switches fail without an error code: their answer says `Failure`. */
function outcomeOf(value: Readonly<JsonObject>): Pick<ApiActivity, 'outcome' | 'errorCode'> {
  const errorCode = optionalText(value['errorCode']);
  if (errorCode !== undefined) return { outcome: deniedCode.test(errorCode) ? 'denied' : 'failure', errorCode };
  const response = objectOf(value['responseElements']);
  const hasFailed = response['ConsoleLogin'] === 'Failure' || response['SwitchRole'] === 'Failure';
  return { outcome: hasFailed || textOf(value['errorMessage']) !== '' ? 'failure' : 'success' };
}

function parseInner(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
