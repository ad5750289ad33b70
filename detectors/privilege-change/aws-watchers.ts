/** Acts that switch off, narrow or shorten what watches in AWS: trails, flow and query logs, detectors, alarms, log groups. */
import type { ApiActivity, Severity } from '#contract';
import { act, operationOf, raised, type Act, type ActTable, type Gravity } from './act.ts';
import { hasField, textAt, textsUnder } from './request.ts';

const cloudLogs = 'T1562.008';
const tools = 'T1562.001';

function off(thing: string, verbs = 'switched off|switch off', attack = cloudLogs, gravity: Gravity = 'wrong', severity: Severity = 'high'): Act {
  return act('watchers', gravity, severity, verbs, thing, attack);
}
const deleted = 'deleted|delete';
const changed = 'changed|change';

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

function detectorChanged(activity: ApiActivity): Act {
  const isOff = textsUnder(activity.request, /^enable$/i).includes('false');
  return isOff ? raised(off('the detector', undefined, tools), { facets: ['off'] }) : off('the detector', changed, tools, 'grave', 'medium');
}

/** New filters that archive are how findings vanish unseen. */
function findingFilter(activity: ApiActivity): Act {
  const isArchiving = textAt(activity.request, 'action') === 'ARCHIVE';
  return isArchiving ? raised(off('findings that match the filter', 'silenced|silence', tools, 'grave'), { facets: ['archive'] }) : off('a filter of findings', changed, tools, 'notable', 'low');
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

const alarm = off('the alarm', undefined, tools, 'notable', 'medium');
const rule = off('the event rule', undefined, tools, 'notable', 'medium');
const trustedAddresses = off('which addresses are trusted by the detector', changed, tools, 'grave', 'medium');
const members = off('the watching of member accounts of', undefined, tools);
const waf = off('the web firewall', deleted, 'T1562.007', 'notable', 'medium');

const watcherActs: ActTable = {
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
  'guardduty.amazonaws.com': {
    DeleteDetector: off('the detector', deleted, tools),
    UpdateDetector: detectorChanged,
    UpdateMemberDetectors: detectorChanged,
    StopMonitoringMembers: members,
    DisassociateMembers: members,
    DeleteMembers: members,
    DisassociateFromMasterAccount: { ...members, thing: 'the watching by the administrator account' },
    DisassociateFromAdministratorAccount: { ...members, thing: 'the watching by the administrator account' },
    DisableOrganizationAdminAccount: members,
    DeclineInvitations: off('an invitation to be watched', 'declined|decline', tools, 'grave', 'medium'),
    DeleteInvitations: off('an invitation to be watched', deleted, tools, 'grave', 'medium'),
    DeletePublishingDestination: off('where findings go', deleted, tools),
    UpdatePublishingDestination: off('where findings go', changed, tools, 'grave'),
    CreateFilter: findingFilter,
    UpdateFilter: findingFilter,
    ArchiveFindings: off('findings', 'put away|put away', tools, 'notable', 'medium'),
    CreateIPSet: trustedAddresses,
    UpdateIPSet: trustedAddresses,
    DeleteThreatIntelSet: { ...trustedAddresses, thing: 'a list of known threats', past: 'deleted', infinitive: 'delete' },
  },
  'securityhub.amazonaws.com': {
    DisableSecurityHub: off('the security hub', undefined, tools),
    BatchDisableStandards: off('standards of the security hub', undefined, tools, 'grave', 'medium'),
    DisassociateMembers: members,
    DeleteMembers: members,
    DisableOrganizationAdminAccount: members,
    DisassociateFromAdministratorAccount: { ...members, thing: 'the watching by the administrator account' },
    DeleteActionTarget: off('an action of the security hub', deleted, tools, 'notable', 'medium'),
    DeleteInsight: off('an insight of the security hub', deleted, tools, 'notable', 'medium'),
    UpdateInsight: off('an insight of the security hub', changed, tools, 'notable', 'low'),
    UpdateFindings: off('findings', 'marked|mark', tools, 'notable', 'low'),
    BatchUpdateFindings: off('findings', 'marked|mark', tools, 'notable', 'low'),
    UpdateStandardsControl: off('a control of the security hub', changed, tools, 'notable', 'medium'),
  },
  'config.amazonaws.com': {
    StopConfigurationRecorder: off('the configuration recorder'),
    DeleteConfigurationRecorder: off('the configuration recorder', deleted),
    DeleteDeliveryChannel: off('the delivery of configuration records', deleted),
    DeleteConfigRule: off('the configuration rule', deleted, tools, 'grave', 'medium'),
    DeleteOrganizationConfigRule: off('the configuration rule', deleted, tools, 'grave', 'medium'),
    DeleteConformancePack: off('the conformance pack', deleted, tools, 'grave', 'medium'),
    DeleteConfigurationAggregator: off('the collection of configuration records', deleted, tools, 'grave', 'medium'),
    DeleteRetentionConfiguration: off('the keeping of configuration records', deleted, cloudLogs, 'grave', 'medium'),
    PutConfigurationRecorder: off('the configuration recorder', changed, cloudLogs, 'notable', 'low'),
  },
  'monitoring.amazonaws.com': {
    DeleteAlarms: { ...alarm, past: 'deleted', infinitive: 'delete' },
    DisableAlarmActions: alarm,
    SetAlarmState: { ...alarm, past: 'forced', infinitive: 'force', thing: 'the state of the alarm' },
    DeleteInsightRules: { ...alarm, thing: 'the insight rule' },
    StopMetricStreams: { ...alarm, thing: 'the metric stream' },
    DeleteMetricStream: { ...alarm, thing: 'the metric stream' },
    DeleteAnomalyDetector: { ...alarm, thing: 'the anomaly detector' },
  },
  'logs.amazonaws.com': {
    DeleteLogGroup: off('the log group', deleted, cloudLogs, 'notable', 'medium'),
    DeleteLogStream: off('the log stream', deleted, cloudLogs, 'notable', 'medium'),
    DeleteSubscriptionFilter: off('the forwarding of the log group', undefined, cloudLogs, 'grave', 'medium'),
    DeleteMetricFilter: off('a metric of the log group', deleted, cloudLogs, 'notable', 'medium'),
    DeleteDestination: off('where logs go', deleted, cloudLogs, 'grave', 'medium'),
    DeleteDelivery: off('a delivery of logs', deleted, cloudLogs, 'grave', 'medium'),
    DeleteRetentionPolicy: off('the keeping of the log group', changed, cloudLogs, 'notable', 'low'),
    PutRetentionPolicy: retention,
    DeleteDataProtectionPolicy: off('the masking in the log group', undefined, cloudLogs, 'notable', 'medium'),
    DisassociateKmsKey: off('the encryption of the log group', undefined, 'T1578.005', 'notable', 'low'),
    CancelExportTask: off('an export of logs', 'stopped|stop', cloudLogs, 'notable', 'low'),
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
    PutBucketNotification: off('who is told of changes in the bucket', changed, tools, 'notable', 'low'),
    DeleteBucketEncryption: off('the encryption of the bucket', undefined, 'T1578.005', 'notable', 'medium'),
  },
  'elasticloadbalancing.amazonaws.com': {
    ModifyLoadBalancerAttributes: (activity) => {
      const text = JSON.stringify(activity.request);
      return /access_logs[^{}]*"(?:value)"\s*:\s*"?false|"accessLog"[^{}]*"enabled"\s*:\s*"?false/i.test(text)
        ? off('the access log of the load balancer', undefined, cloudLogs, 'grave', 'medium')
        : undefined;
    },
    CreateRule: act('exposure', 'notable', 'low', 'sent|send', 'traffic another way at the load balancer', 'T1578.005'),
  },
  'eks.amazonaws.com': { UpdateClusterConfig: clusterLogging },
  'wafv2.amazonaws.com': {
    DeleteWebACL: { ...waf, gravity: 'grave' },
    DisassociateWebACL: { ...waf, past: 'switched off', infinitive: 'switch off', gravity: 'grave' },
    DeleteRuleGroup: { ...waf, thing: 'the rules of the web firewall' },
    DeleteLoggingConfiguration: { ...waf, thing: 'the log of the web firewall', attack: cloudLogs, gravity: 'grave' },
    DeleteIPSet: { ...waf, thing: 'a list of addresses of the web firewall' },
    UpdateIPSet: { ...waf, past: 'changed', infinitive: 'change', thing: 'a list of addresses of the web firewall', severity: 'low' },
  },
  'network-firewall.amazonaws.com': {
    DeleteFirewall: { ...waf, thing: 'the network firewall', gravity: 'grave' },
    DeleteFirewallPolicy: { ...waf, thing: 'the policy of the network firewall', gravity: 'grave' },
    DeleteRuleGroup: { ...waf, thing: 'the rules of the network firewall', gravity: 'grave' },
    UpdateLoggingConfiguration: { ...waf, past: 'changed', infinitive: 'change', thing: 'the log of the network firewall', attack: cloudLogs },
  },
  'access-analyzer.amazonaws.com': {
    DeleteAnalyzer: off('the analyser of outside access', deleted, tools),
    CreateArchiveRule: off('findings of the analyser of outside access', 'silenced|silence', tools, 'grave', 'medium'),
  },
  'macie2.amazonaws.com': {
    DisableMacie: off('the search for sensitive data', undefined, tools),
    UpdateMacieSession: off('the search for sensitive data', changed, tools, 'grave', 'medium'),
    DisassociateFromAdministratorAccount: members,
  },
  'inspector2.amazonaws.com': { Disable: off('the vulnerability scanner', undefined, tools), CreateFilter: findingFilter },
  'detective.amazonaws.com': { DeleteGraph: off('the graph of investigations', deleted, tools), DeleteMembers: members },
  'shield.amazonaws.com': { DeleteProtection: off('the protection against floods', deleted, tools, 'grave'), DisassociateDRTRole: off('the help of the flood response', undefined, tools, 'grave') },
  'securitylake.amazonaws.com': { DeleteDataLake: off('the lake of security logs', deleted), DeleteAwsLogSource: off('a source of security logs', deleted), DeleteSubscriber: off('a reader of security logs', deleted, cloudLogs, 'grave') },
  'auditmanager.amazonaws.com': { DeregisterAccount: off('the audit manager', undefined, tools) },
  'rds.amazonaws.com': {
    StopActivityStream: off('the activity stream of the database'),
    ModifyActivityStream: off('the activity stream of the database', changed, cloudLogs, 'grave', 'medium'),
  },
  'ses.amazonaws.com': { DeleteConfigurationSetEventDestination: off('where mail events go', deleted, cloudLogs, 'grave', 'medium') },
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

/** Each thing that is switched off is an alert of its own: it matters which, and bursts of them are no routine. */
export const watchersActs: ActTable = Object.fromEntries(
  Object.entries(watcherActs).map(([service, rules]) => [
    service,
    Object.fromEntries(
      Object.entries(rules).map(([operation, given]) => [
        operation,
        (activity: ApiActivity): Act | undefined => {
          const found = typeof given === 'function' ? given(activity) : given;
          return found === undefined || found.kind !== 'watchers' ? found : { ...found, detail: operationOf(activity) };
        },
      ]),
    ),
  ]),
);
