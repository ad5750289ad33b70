/** Acts that switch off or narrow what notices in AWS: detectors, findings, alarms, configuration records, firewalls. */
import type { ApiActivity } from '#contract';
import { raised, type Act, type ActTable } from './act.ts';
import { changed, cloudLogs, deleted, off, tools } from './off.ts';
import { textAt, textsUnder } from './request.ts';

function detectorChanged(activity: ApiActivity): Act {
  const isOff = textsUnder(activity.request, /^enable$/i).includes('false');
  return isOff ? raised(off('the detector', undefined, tools), { facets: ['off'] }) : off('the detector', changed, tools, 'grave', 'medium');
}

/** New filters that archive are how findings vanish unseen. */
function findingFilter(activity: ApiActivity): Act {
  const isArchiving = textAt(activity.request, 'action') === 'ARCHIVE';
  return isArchiving ? raised(off('findings that match the filter', 'silenced|silence', tools, 'grave'), { facets: ['archive'] }) : off('a filter of findings', changed, tools, 'notable', 'low');
}

const alarm = off('the alarm', undefined, tools, 'notable', 'medium');
const trustedAddresses = off('which addresses are trusted by the detector', changed, tools, 'grave', 'medium');
const members = off('the watching of member accounts of', undefined, tools);
const waf = off('the web firewall', deleted, 'T1562.007', 'notable', 'medium');

export const detectorActs: ActTable = {
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
    DeletePublishingDestination: off('the destination of findings', deleted, tools),
    UpdatePublishingDestination: off('the destination of findings', changed, tools, 'grave'),
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
  'monitoring.amazonaws.com': {
    DeleteAlarms: { ...alarm, past: 'deleted', infinitive: 'delete' },
    DisableAlarmActions: alarm,
    SetAlarmState: { ...alarm, past: 'forced', infinitive: 'force', thing: 'the state of the alarm' },
    DeleteInsightRules: { ...alarm, thing: 'the insight rule' },
    StopMetricStreams: { ...alarm, thing: 'the metric stream' },
    DeleteMetricStream: { ...alarm, thing: 'the metric stream' },
    DeleteAnomalyDetector: { ...alarm, thing: 'the anomaly detector' },
  },
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
};
