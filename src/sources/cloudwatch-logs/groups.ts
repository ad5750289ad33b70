/** Log groups by name, ARN or the beginning of a name. */
import type { CloudWatchLogsClient, DescribeLogGroupsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { FargazerError } from '#contract';
import { awsFailure, patiently, sourceError, type Patience } from '../aws.ts';

export interface Group {
  /** Name, without ARN. */
  name: string;
  /** What requests call it by: the ARN where it was given, which alone reaches groups of other accounts. */
  identifier: string;
  /** As described; undefined where describing is not permitted. */
  arn?: string;
  storedBytes?: number;
  createdMs?: number;
  retentionDays?: number;
  /** `STANDARD`, `INFREQUENT_ACCESS`, … */
  class?: string;
}

/** More groups than this are a slip of the pen: a quota of 5 requests a second serves no more. */
export const mostGroups = 1_000;

/** The name in an ARN, or the name itself. */
export function groupName(identifier: string): string {
  return /:log-group:([^:]+)/.exec(identifier)?.[1] ?? identifier;
}

export interface Naming {
  client: CloudWatchLogsClient;
  patience: Patience;
}

/**
 * Each group once, in the order given, those of a prefix by name.
 * Throws `source-gone` where a prefix has no group, or a group is known not to exist.
 */
export async function findGroups(given: readonly string[], naming: Naming): Promise<Group[]> {
  const found = new Map<string, Group>();
  for (const text of given) {
    for (const group of text.endsWith('*') ? await byPrefix(text.slice(0, -1), naming) : [await byName(text, naming)]) {
      if (!found.has(group.identifier)) found.set(group.identifier, group);
    }
  }
  if (found.size > mostGroups) {
    throw new FargazerError('source-failed', `The names given mean ${found.size} log groups; at most ${mostGroups} are read at once. Nothing was read. Give a longer beginning of their names.`);
  }
  return [...found.values()];
}

/** Groups whose names begin so. Throws `source-gone` where there is none, `source-denied` where listing is not permitted. */
export async function byPrefix(prefix: string, { client, patience }: Naming): Promise<Group[]> {
  const groups: Group[] = [];
  try {
    for await (const group of described(prefix, { client, patience })) groups.push(group);
  } catch (error) {
    throw sourceError(error, `the list of log groups that begin with ${prefix}`, 'Nothing was read.', { denied: 'Grant logs:DescribeLogGroups, or name each group.' });
  }
  if (groups.length === 0) throw new FargazerError('source-gone', `No log group begins with ${prefix}. Nothing was read. ${nameHint(prefix)}`);
  return groups;
}

async function byName(identifier: string, { client, patience }: Naming): Promise<Group> {
  const name = groupName(identifier);
  if (identifier !== name) return { name, identifier, arn: identifier };
  try {
    for await (const group of described(name, { client, patience })) if (group.name === name) return group;
  } catch (error) {
    // Reading may be permitted where describing is not.
    if (awsFailure(error).kind === 'denied' && awsFailure(error).code.startsWith('AccessDenied')) return { name, identifier };
    throw sourceError(error, `the log group ${name}`, 'Nothing was read.');
  }
  throw new FargazerError('source-gone', `There is no log group ${name}. Nothing was read. ${nameHint(name)}`);
}

function nameHint(name: string): string {
  const slash = name.startsWith('/') ? '' : ` Most names begin with a slash: cloudwatch-logs:///${name}.`;
  return `Check the name and the region.${slash}`;
}

async function* described(prefix: string, { client, patience }: Naming): AsyncGenerator<Group, void, void> {
  const { DescribeLogGroupsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  let nextToken: string | undefined;
  let count = 0;
  do {
    const page: DescribeLogGroupsCommandOutput = await patiently(
      () => client.send(new DescribeLogGroupsCommand({ limit: 50, ...(prefix === '' ? {} : { logGroupNamePrefix: prefix }), ...(nextToken === undefined ? {} : { nextToken }) }), { abortSignal: patience.signal }),
      patience,
    );
    for (const { logGroupName, logGroupArn, arn, storedBytes, creationTime, retentionInDays, logGroupClass } of page.logGroups ?? []) {
      if (logGroupName === undefined) continue;
      const plainArn = logGroupArn ?? arn?.replace(/:\*$/, '');
      yield {
        name: logGroupName,
        identifier: logGroupName,
        ...(plainArn === undefined ? {} : { arn: plainArn }),
        ...(storedBytes === undefined ? {} : { storedBytes }),
        ...(creationTime === undefined ? {} : { createdMs: creationTime }),
        ...(retentionInDays === undefined ? {} : { retentionDays: retentionInDays }),
        ...(logGroupClass === undefined ? {} : { class: logGroupClass }),
      };
      count++;
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined && nextToken !== '' && count <= mostGroups);
}
