/** Routes: whether the log groups of the template still send to the stream. */
import { awsFailure } from '../../../sources/aws.ts';
import { failedCall, type AwsSettings } from './aws.ts';
import { fail, ok, warn, type DoctorCheck } from './report.ts';

/** Each takes a call; five a second are allowed. */
const mostGroups = 100;

export async function lookAtRoutes(stream: string | undefined, logGroups: readonly string[], aws: AwsSettings): Promise<DoctorCheck[]> {
  if (stream === undefined) return [];
  if (logGroups.length === 0) return [warn('routes', 'The stack subscribes no log group; what log routers put into the stream themselves is not seen here.', 'Name log groups in TelemetryRoutes, or leave it so.')];
  const { CloudWatchLogsClient, DescribeSubscriptionFiltersCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const client = new CloudWatchLogsClient(aws);
  const checks: DoctorCheck[] = [];
  try {
    // One after another: the API is throttled.
    for (const logGroupName of logGroups.slice(0, mostGroups)) {
      const name = `route ${logGroupName}`;
      try {
        const { subscriptionFilters = [] } = await client.send(new DescribeSubscriptionFiltersCommand({ logGroupName }));
        const isRouted = subscriptionFilters.some(({ destinationArn = '' }) => destinationArn.endsWith(`:stream/${stream}`));
        checks.push(isRouted ? ok(name, 'It sends to the stream.') : fail(name, `None of its ${subscriptionFilters.length} subscriptions leads to the stream.`, 'Deploy the stack again; a group has two subscriptions at most.'));
      } catch (error) {
        checks.push(awsFailure(error).kind === 'gone' ? fail(name, 'The log group does not exist any more.', 'Take it out of TelemetryRoutes, or make it again and deploy.') : failedCall(name, 'logs:DescribeSubscriptionFilters', error));
      }
    }
  } finally {
    client.destroy();
  }
  if (logGroups.length > mostGroups) checks.push(warn('routes', `${logGroups.length - mostGroups} more log groups were not looked at.`, 'Look at them in the console.'));
  return checks;
}
