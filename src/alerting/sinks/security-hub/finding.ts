/**
 * An alert in the AWS Security Finding Format.
 * Format: AWS Security Hub API reference, AwsSecurityFinding (lengths), BatchImportFindings (what providers may set) and user guide, "Types taxonomy for ASFF".
 */
import { createHash } from 'node:crypto';
import type { AwsSecurityFinding, Resource } from '@aws-sdk/client-securityhub';
import type { Alert, Severity } from '#contract';
import { partitionOf } from '../../aws/settings.ts';
import { fitText } from '../../message/fit.ts';
import { plain } from '../../message/plain.ts';
import { neverEmpty } from '../../never-empty.ts';
import { clip, sanitize } from '../../text.ts';

/** Lengths of the API reference, characters. */
export const limits = { id: 512, title: 256, description: 1_024, fieldValue: 2_048, recommendation: 512, resourceOther: 1_024 };

const labels = { critical: 'CRITICAL', high: 'HIGH', medium: 'MEDIUM', low: 'LOW' } as const satisfies Record<Severity, string>;

/** Categories of the namespace Unusual Behaviors, by what an alert is about. */
const categories: Readonly<Record<string, string>> = { service: 'Container', family: 'Container', workload: 'Container', namespace: 'Container', principal: 'User', interface: 'Network Flow', host: 'VM' };

export interface FindingSettings {
  account: string;
  region: string;
  onResolve: 'archive' | 'keep';
}

export function securityFinding(alert: Alert, { account, region, onResolve }: FindingSettings): AwsSecurityFinding {
  const { entity, evidence, explanation } = alert;
  const isResolved = alert.status === 'resolved';
  const fields: [string, string | undefined][] = [
    ['fargazer/AlertId', alert.id], ['fargazer/Revision', String(alert.revision)], ['fargazer/Status', alert.status],
    ['fargazer/Object', alert.object], ['fargazer/Observed', String(evidence.observed)], ['fargazer/Expected', String(evidence.expected)], ['fargazer/Unit', evidence.unit],
    ['fargazer/History', explanation.history], ['fargazer/QuietIf', explanation.quiet], ['fargazer/Deployment', explanation.deployment],
    ['fargazer/Attack', alert.attack.slice(0, 50).join(' ')], ['fargazer/Count', String(alert.count)],
    // The account of the finding must be that of the caller; what it is about may be elsewhere.
    ['fargazer/Account', entity.account], ['fargazer/Region', entity.region], ['fargazer/Cluster', entity.cluster],
  ];
  return {
    SchemaVersion: '2018-10-08',
    Id: identifier(`${region}/${account}/fargazer/${alert.id}`),
    ProductArn: `arn:${partitionOf(region)}:securityhub:${region}:${account}:product/${account}/default`,
    GeneratorId: identifier(`fargazer/${alert.detector}`),
    AwsAccountId: account,
    CreatedAt: alert.firstSeen,
    UpdatedAt: updatedAt(alert),
    FirstObservedAt: alert.firstSeen,
    LastObservedAt: alert.lastSeen,
    Title: neverEmpty(fitText(alert.title, limits.title, plain)),
    Description: neverEmpty(fitText(`${isResolved ? 'Resolved. ' : ''}${alert.summary}`, limits.description, plain)),
    // Not at the top level: what customers changed there would be overwritten by each update.
    FindingProviderFields: { Severity: { Label: labels[alert.severity], Original: alert.severity }, Types: [`Unusual Behaviors/${categories[entity.kind] ?? 'Application'}`] },
    RecordState: isResolved && onResolve === 'archive' ? 'ARCHIVED' : 'ACTIVE',
    Remediation: { Recommendation: { Text: neverEmpty(fitText(explanation.lookFirst, limits.recommendation, plain)) } },
    ProductFields: Object.fromEntries(fields.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, cut(value, limits.fieldValue)]]))),
    Resources: resources(alert),
  };
}

/**
 * An update is taken only where this is later than before. A resolved alert was last seen when its last revision was, so the revision counts
 * as milliseconds behind it; equal alerts still give equal findings.
 */
function updatedAt({ lastSeen, revision }: Alert): string {
  return new Date(Date.parse(lastSeen) + revision).toISOString();
}

/** The task where one is known, and the service or whatever else it is about; at most 2 of the 32 that are allowed. */
function resources({ entity }: Alert): Resource[] {
  const { account, region, cluster, name, instance, kind, container } = entity;
  const hasPlace = /^\d{12}$/.test(account) && /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region);
  const partition = partitionOf(region);
  const arn = (path: string): string => `arn:${partition}:ecs:${region}:${account}:${path}`;
  const isEcs = hasPlace && isName(cluster) && isName(name);
  const details: Record<string, string> = { kind, name, ...(container === '' ? {} : { container }), ...(instance === '' ? {} : { instance }), ...(cluster === '' ? {} : { cluster }) };
  const shared = {
    ...(hasPlace ? { Partition: partition as 'aws', Region: region } : {}),
    Details: { Other: Object.fromEntries(Object.entries(details).map(([key, value]) => [key, cut(value, limits.resourceOther)])) },
  };
  if (kind === 'service' && isEcs) {
    const service: Resource = { Type: 'AwsEcsService', Id: arn(`service/${cluster}/${name}`), ...shared };
    return /^[0-9a-f]{32}$/.test(instance) ? [{ Type: 'AwsEcsTask', Id: arn(`task/${cluster}/${instance}`), ...shared }, service] : [service];
  }
  return [{ Type: 'Other', Id: identifier(name), ...shared }];
}

/** Names of ECS: letters, digits, hyphens, underscores. */
const isName = (text: string): boolean => /^[\w-]{1,255}$/.test(text);

/** A text of at most 512 characters that tells apart what is longer. */
function identifier(text: string): string {
  const plainText = neverEmpty(sanitize(text));
  return plainText.length <= limits.id ? plainText : `${plainText.slice(0, limits.id - 33).toWellFormed()}.${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

/** Never empty: values of maps must not be. */
function cut(value: string, limit: number): string {
  return neverEmpty(fitText(clip(value, limit), limit, sanitize));
}
