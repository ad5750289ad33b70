/** Acknowledged findings of cdk-nag: each names one finding on one construct, and why it is as it must be. */
import { Stack, Validations, type CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

export interface Acknowledged {
  /** Rule and, where it reports several findings, the finding: `AwsSolutions-IAM5[Resource::*]`. */
  id: string;
  reason: string;
}

export function acknowledge(construct: IConstruct, ...findings: readonly Acknowledged[]): void {
  Validations.of(construct).acknowledge(...findings);
}

/** The finding about a policy that names everything under a resource of the same stack: `<Logical.Arn>` and what follows. */
export function wildcardUnder(resource: IConstruct, rest: string): string {
  const child = resource.node.defaultChild as CfnResource;
  return `AwsSolutions-IAM5[Resource::<${Stack.of(resource).getLogicalId(child)}.Arn>${rest}]`;
}
