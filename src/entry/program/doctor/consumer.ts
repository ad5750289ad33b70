/** The function: whether it runs, and whether Lambda hands it the stream as fargazer needs it. */
import type { EventSourceMappingConfiguration, LambdaClient } from '@aws-sdk/client-lambda';
import { failedCall, type AwsSettings } from './aws.ts';
import { fail, ok, warn, type DoctorCheck } from './report.ts';
import type { Deployment } from './stack.ts';

export async function lookAtConsumer({ functionName, stream }: Deployment, aws: AwsSettings): Promise<{ checks: DoctorCheck[]; deadLettersArn?: string }> {
  if (functionName === undefined) return { checks: [warn('function', 'The stack has no function; where a Fargate service consumes, its own /healthz tells how it does.', 'With the Lambda consumer: deploy FargazerConsumer again.')] };
  const { GetFunctionConfigurationCommand, LambdaClient, ListEventSourceMappingsCommand } = await import('@aws-sdk/client-lambda');
  const client: LambdaClient = new LambdaClient(aws);
  try {
    const state = await client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName })).then(
      ({ State = '', StateReason = '', LastUpdateStatus = '', LastUpdateStatusReason = '', Runtime = '', MemorySize = 0 }) => {
        const reason = [StateReason, LastUpdateStatusReason].filter((text) => text !== '').join('; ');
        if (State === 'Failed' || LastUpdateStatus === 'Failed') return fail('function', `${functionName} cannot run (${reason || 'Lambda does not say why'}).`, 'Deploy the stack again.');
        if (State === 'Pending' || LastUpdateStatus === 'InProgress') return warn('function', `${functionName} is being updated.`, 'Run this again in a minute.');
        return ok('function', `${functionName} is ${State.toLowerCase() || 'there'} on ${Runtime} with ${MemorySize} MB.`);
      },
      (error: unknown) => failedCall('function', 'lambda:GetFunctionConfiguration', error),
    );
    const mappings = await client.send(new ListEventSourceMappingsCommand({ FunctionName: functionName })).then(
      ({ EventSourceMappings = [] }) => EventSourceMappings,
      (error: unknown) => failedCall('mapping', 'lambda:ListEventSourceMappings', error),
    );
    if (!Array.isArray(mappings)) return { checks: [state, mappings] };
    const mapping = mappings.find(({ EventSourceArn = '' }) => stream !== undefined && EventSourceArn.endsWith(`:stream/${stream}`));
    const deadLettersArn = mapping?.DestinationConfig?.OnFailure?.Destination;
    return { checks: [state, ...mappingChecks(mapping)], ...(deadLettersArn === undefined ? {} : { deadLettersArn }) };
  } finally {
    client.destroy();
  }
}

function mappingChecks(mapping: EventSourceMappingConfiguration | undefined): DoctorCheck[] {
  if (mapping === undefined) return [fail('mapping', 'Nothing hands the stream to the function: the event source mapping is missing.', 'Deploy the stack again.')];
  const { State = '', LastProcessingResult = '', ParallelizationFactor = 1, FunctionResponseTypes = [], MaximumRetryAttempts = -1, MaximumRecordAgeInSeconds = -1, BisectBatchOnFunctionError = false, DestinationConfig } = mapping;
  const checks: DoctorCheck[] = [];
  if (State !== 'Enabled') checks.push(fail('mapping', `The event source mapping is ${State.toLowerCase() || 'in an unknown state'}: the stream is not read.`, State.endsWith('ing') ? 'Wait a minute and run this again.' : 'Enable it, or deploy the stack again.'));
  if (/^PROBLEM/i.test(LastProcessingResult)) checks.push(fail('mapping', `The last batch was not processed (${LastProcessingResult}).`, "The function's log says why; permissions are its usual cause."));
  if (ParallelizationFactor > 1) checks.push(fail('mapping', `${ParallelizationFactor} batches of one shard run at once, which tears its order.`, 'Set the parallelisation factor to 1, and add shards instead.'));
  if (!FunctionResponseTypes.includes('ReportBatchItemFailures')) checks.push(fail('mapping', 'Partial failures are not reported: what the function leaves for the next run would be lost.', 'Set ReportBatchItemFailures.'));
  const endless = [MaximumRetryAttempts < 0 ? 'tries without end' : '', MaximumRecordAgeInSeconds < 0 ? 'records of any age' : '', BisectBatchOnFunctionError ? '' : 'whole batches only', DestinationConfig?.OnFailure?.Destination === undefined ? 'no dead letters' : ''].filter((text) => text !== '');
  if (endless.length > 0) checks.push(warn('mapping', `One bad record can hold up its shard: ${endless.join(', ')}.`, 'Set retry attempts, maximum age, bisecting and a destination for failures, as FargazerConsumer does.'));
  return checks.length > 0 ? checks : [ok('mapping', `The stream is handed over${LastProcessingResult === '' ? '' : ` (last result: ${LastProcessingResult})`}.`)];
}
