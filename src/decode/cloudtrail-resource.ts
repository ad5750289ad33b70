/** What an AWS call acted upon: the most telling ARN or name that a CloudTrail record holds. */
import type { JsonObject, JsonValue } from '#contract';
import { isObject, listOf, objectOf, textOf } from './fields.ts';

/**
 * Request parameters that name the thing acted upon, the more telling first: who gains or loses rights
 * before what is attached to it, the thing itself before what contains it.
 */
const telling = [
  'roleName', 'userName', 'groupName', 'instanceProfileName', 'policyArn', 'roleArn', 'secretId', 'bucketName',
  'functionName', 'trailName', 'logGroupName', 'flowLogId', 'detectorId', 'instanceId', 'instancesSet', 'groupId', 'snapshotId',
  'imageId', 'volumeId', 'dBInstanceIdentifier', 'dBClusterIdentifier', 'dBSnapshotIdentifier', 'tableName',
  'repositoryName', 'stackName', 'serviceName', 'service', 'taskDefinition', 'family', 'task', 'cluster', 'clusterName',
  'keyId', 'modelId', 'policyName', 'topicArn', 'queueUrl', 'streamName', 'ruleName', 'hostedZoneId', 'domainName',
  'documentName', 'name', 'names', 'resourceArn', 'resourceId', 'vpcId', 'subnetId', 'routeTableId', 'networkInterfaceId',
];

/** Fields that end like a name and name no resource, or hold only what belongs to it; filters say what was looked for. */
const notTelling = new Set([
  'requestId', 'versionId', 'accountId', 'roleSessionName', 'ownerId', 'filterSet', 'filters', 'filter', 'parameterFilters',
  'blockDeviceMapping', 'tagSpecificationSet', 'tagSet', 'tags',
]);

const nameLike = /(?:name|arn|id|identifier)s?$/i;

/** How deep in a request a name is looked for: `DeleteFlowLogsRequest.FlowLogId.content` is at the third level. */
const depthLimit = 4;
/** Fields looked at on one level; requests have some dozens at most. */
const fieldLimit = 64;

/** ARN or name; '' where the record names none. */
export function resourceOf(record: Readonly<JsonObject>, lookup: Readonly<JsonObject>): string {
  return arnAmong(record['resources']) || nameIn(record['requestParameters'], depthLimit) || lookupName(lookup['Resources']);
}

/** The first ARN; of S3 the bucket and not the object: object keys are ever new. */
function arnAmong(value: JsonValue | undefined): string {
  let first = '';
  for (const item of listOf(value, 32)) {
    const resource = objectOf(item);
    const arn = textOf(resource['ARN']) || textOf(resource['arn']);
    const type = textOf(resource['type']);
    if (type === 'AWS::S3::Bucket' && arn !== '') return arn;
    if (first === '' && type !== 'AWS::S3::Object') first = arn;
  }
  return first;
}

function nameIn(value: JsonValue | undefined, depth: number): string {
  if (typeof value === 'string') return textOf(value);
  if (Array.isArray(value)) return nameIn(value[0], depth - 1);
  if (!isObject(value) || depth <= 0) return '';
  for (const field of telling) {
    const name = Object.hasOwn(value, field) ? nameIn(value[field], depth - 1) : '';
    if (name !== '') return name;
  }
  let nested = '';
  let seen = 0;
  for (const field in value) {
    if (++seen > fieldLimit) break;
    if (notTelling.has(field)) continue;
    const item = value[field];
    // A text is a name only where its field says so; an object may hold one.
    if (nameLike.test(field)) {
      const name = nameIn(item, depth - 1);
      if (name !== '') return name;
    } else if (nested === '' && (isObject(item) || (field === 'items' && isObject(listOf(item, 1)[0])))) {
      nested = nameIn(item, depth - 1);
    }
  }
  // EC2 writes values of its older calls as `{"tag": 1, "content": "fl-0123"}`.
  return nested || (depth < depthLimit && typeof value['content'] === 'string' ? textOf(value['content']) : '');
}

function lookupName(value: JsonValue | undefined): string {
  return textOf(objectOf(listOf(value, 1)[0])['ResourceName']);
}
