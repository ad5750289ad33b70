/** Acts that switch off, narrow or shorten what records in AWS: trails, flow and query logs, log groups, audit logs. */
import type { ApiActivity } from '#contract';
import { act, raised, type Act, type ActTable } from './act.ts';
import { changed, cloudLogs, deleted, off, tools } from './off.ts';
import { hasField, textAt, textsUnder } from './request.ts';

/** Selectors decide what a trail records; leaving out management events or all that is written blinds it. */
function selectors(activity: ApiActivity): Act {
  const { request } = activity;
  const isBlind = textsUnder(request, /^includeManagementEvents$/i).includes('false') || textsUnder(request, /^readWriteType$/i).includes('ReadOnly');
  const narrowed = off('what is recorded by the trail', 'narrowed|narrow');
  return isBlind ? raised(narrowed, { facets: ['blind'] }) : off('what is recorded by the trail', changed, cloudLogs, 'notable', 'low');
}

function trailChanged(activity: ApiActivity): Act {
  const { request } = activity;
  const names: [string, string][] = [['isMultiRegionTrail', 'one region'], ['includeGlobalServiceEvents', 'no global events'], ['enableLogFileValidation', 'no validation']];
  const facets = names.filter(([name]) => textAt(request, name) === 'false').map(([, facet]) => facet);
  const base = off('the trail', changed, cloudLogs, 'grave', 'medium');
  return facets.length > 0 ? raised(base, { severity: 'high', facets }) : hasField(request, /^s3BucketName$/i) ? raised(base, { facets: ['bucket'] }) : base;
}

/** A rule that deletes within a week takes the evidence with it. */
const shortDays = 7;
function lifecycle(activity: ApiActivity): Act {
  const days = textsUnder(activity.request, /^(?:Expiration|NoncurrentVersionExpiration)$/i).map(Number).filter((value) => value > 0);
  const base = act('watchers', 'notable', 'low', changed, 'how long things are kept in the bucket', 'T1485.001');
  if (days.length === 0 || Math.min(...days) > shortDays) return base;
  return raised(base, {
    gravity: 'grave', severity: 'high', attack: cloudLogs, facets: [`${Math.min(...days)} d`],
    thing: `deletion after ${Math.min(...days)} ${Math.min(...days) === 1 ? 'day' : 'days'} in the bucket`, past: 'set', infinitive: 'set',
  });
}

function retention(activity: ApiActivity): Act | undefined {
  const days = Number(textAt(activity.request, 'retentionInDays'));
  const base = off('how long lines are kept in the log group', 'shortened|shorten', cloudLogs, 'notable', 'low');
  return days > 0 && days <= shortDays ? raised(base, { severity: 'medium', facets: [`${days} d`] }) : base;
}

/** Bucket logging is switched off by an empty status. */
function bucketLogging(activity: ApiActivity): Act | undefined {
  return hasField(activity.request, /^(?:LoggingEnabled|TargetBucket)$/i) ? undefined : off('the access log of the bucket', undefined, cloudLogs, 'grave', 'medium');
}

function clusterLogging(activity: ApiActivity): Act | undefined {
  const isOff = textsUnder(activity.request, /^enabled$/i).includes('false') && hasField(activity.request, /^(?:clusterLogging|logging)$/i);
  return isOff ? off('the audit log of the cluster') : undefined;
}

function metadataWeakened(activity: ApiActivity): Act | undefined {
  const isOptional = textsUnder(activity.request, /^httpTokens$/i).includes('optional');
  const base = act('watchers', 'notable', 'medium', 'weakened|weaken', 'the metadata endpoint of the instance', 'T1552.005');
  return isOptional ? raised(base, { facets: ['tokens optional'] }) : undefined;
}

const rule = off('the event rule', undefined, tools, 'notable', 'medium');

export const logActs: ActTable = {
  'cloudtrail.amazonaws.com': {
    StopLogging: off('the trail'),
    DeleteTrail: off('the trail', deleted),
    UpdateTrail: trailChanged,
    PutEventSelectors: selectors,
    PutInsightSelectors: off('what is noticed by the trail', changed, cloudLogs, 'notable', 'low'),
    DeleteEventDataStore: off('the store of recorded events', deleted),
    StopEventDataStoreIngestion: off('the store of recorded events'),
    UpdateEventDataStore: off('the store of recorded events', changed, cloudLogs, 'grave', 'medium'),
    DeregisterOrganizationDelegatedAdmin: off('the administrator of trails', 'removed|remove'),
    DeleteChannel: off('the channel of recorded events', deleted, cloudLogs, 'grave'),
  },
  'ec2.amazonaws.com': {
    DeleteFlowLogs: off('the flow log', deleted),
    ModifyInstanceMetadataOptions: metadataWeakened,
    ModifyInstanceMetadataDefaults: metadataWeakened,
    UnmonitorInstances: off('detailed monitoring of', undefined, tools, 'notable', 'low'),
    DisableEbsEncryptionByDefault: { ...off('encryption of new volumes', undefined, 'T1578.005', 'grave'), named: '' },
  },
  'route53resolver.amazonaws.com': {
    DeleteResolverQueryLogConfig: off('the log of name look-ups', deleted),
    DisassociateResolverQueryLogConfig: off('the log of name look-ups'),
    DeleteFirewallRule: off('a rule of the name firewall', deleted, 'T1562.007', 'grave'),
    DeleteFirewallRuleGroup: off('the name firewall', deleted, 'T1562.007', 'grave'),
    DisassociateFirewallRuleGroup: off('the name firewall', undefined, 'T1562.007', 'grave'),
  },
  'route53.amazonaws.com': { DeleteQueryLoggingConfig: off('the log of name look-ups', deleted) },
  'logs.amazonaws.com': {
    DeleteLogGroup: off('the log group', deleted, cloudLogs, 'notable', 'medium'),
    DeleteLogStream: off('the log stream', deleted, cloudLogs, 'notable', 'medium'),
    DeleteSubscriptionFilter: off('the forwarding of the log group', undefined, cloudLogs, 'grave', 'medium'),
    DeleteMetricFilter: off('a metric of the log group', deleted, cloudLogs, 'notable', 'medium'),
    DeleteDestination: off('the destination of logs', deleted, cloudLogs, 'grave', 'medium'),
    DeleteDelivery: off('a delivery of logs', deleted, cloudLogs, 'grave', 'medium'),
    DeleteRetentionPolicy: off('the keeping of the log group', changed, cloudLogs, 'notable', 'low'),
    PutRetentionPolicy: retention,
    DeleteDataProtectionPolicy: off('the masking in the log group', undefined, cloudLogs, 'notable', 'medium'),
    DisassociateKmsKey: off('the encryption of the log group', undefined, 'T1578.005', 'notable', 'low'),
  },
  'events.amazonaws.com': {
    DisableRule: rule,
    DeleteRule: { ...rule, past: 'deleted', infinitive: 'delete' },
    RemoveTargets: { ...rule, past: 'disconnected', infinitive: 'disconnect' },
    DeleteEventBus: { ...rule, thing: 'the event bus' },
    DeleteArchive: { ...rule, thing: 'the archive of events' },
  },
  's3.amazonaws.com': {
    PutBucketLifecycle: lifecycle,
    PutBucketLifecycleConfiguration: lifecycle,
    DeleteBucketLifecycle: act('watchers', 'notable', 'low', changed, 'how long things are kept in the bucket', 'T1578.005'),
    PutBucketLogging: bucketLogging,
    DeleteBucketEncryption: off('the encryption of the bucket', undefined, 'T1578.005', 'notable', 'medium'),
  },
  'elasticloadbalancing.amazonaws.com': {
    ModifyLoadBalancerAttributes: (activity) => {
      const text = JSON.stringify(activity.request);
      return /access_logs[^{}]*"(?:value)"\s*:\s*"?false|"accessLog"[^{}]*"enabled"\s*:\s*"?false/i.test(text)
        ? off('the access log of the load balancer', undefined, cloudLogs, 'grave', 'medium')
        : undefined;
    },
  },
  'eks.amazonaws.com': { UpdateClusterConfig: clusterLogging },
  'rds.amazonaws.com': {
    StopActivityStream: off('the activity stream of the database'),
    ModifyActivityStream: off('the activity stream of the database', changed, cloudLogs, 'grave', 'medium'),
  },
  'ses.amazonaws.com': { DeleteConfigurationSetEventDestination: off('the destination of mail events', deleted, cloudLogs, 'grave', 'medium') },
  'bedrock.amazonaws.com': {
    DeleteModelInvocationLoggingConfiguration: off('the log of model calls', deleted),
    UpdateGuardrail: off('the guard rail of models', changed, tools, 'notable', 'medium'),
    DeleteGuardrail: off('the guard rail of models', deleted, tools, 'grave', 'medium'),
  },
  'lambda.amazonaws.com': {
    DeleteCodeSigningConfig: off('the signing of code', deleted, tools, 'grave', 'medium'),
    DeleteFunctionCodeSigningConfig: off('the signing of code for the function', undefined, tools, 'grave', 'medium'),
  },
  'ssm.amazonaws.com': { DeleteResourceDataSync: off('the collection of inventories', deleted, tools, 'notable', 'medium') },
};
