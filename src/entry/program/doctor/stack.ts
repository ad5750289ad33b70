/** The stack: its resources, and which of them are fargazer's. */
import { awsFailure } from '../../../sources/aws.ts';
import { failedCall, type AwsSettings } from './aws.ts';
import { fail, ok, warn, type DoctorCheck } from './report.ts';

/** Names as the APIs of the services take them. */
export interface Deployment {
  stream?: string;
  table?: string;
  bucket?: string;
  topicArn?: string;
  functionName?: string;
  queueUrls: string[];
  /** Log groups that the stack's template subscribes. */
  logGroups: string[];
}

interface Resource {
  logicalId: string;
  physicalId: string;
  type: string;
  status: string;
}

/** A stack has 500 resources at most, a hundred a page. */
const mostPages = 10;

export async function lookAtStack(stack: string, aws: AwsSettings): Promise<{ checks: DoctorCheck[]; deployment?: Deployment }> {
  const { CloudFormationClient, GetTemplateCommand, ListStackResourcesCommand } = await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient(aws);
  try {
    const resources: Resource[] = [];
    let token: string | undefined;
    try {
      for (let page = 0; page < mostPages; page += 1) {
        const answer = await client.send(new ListStackResourcesCommand({ StackName: stack, ...(token === undefined ? {} : { NextToken: token }) }));
        for (const { LogicalResourceId = '', PhysicalResourceId = '', ResourceType = '', ResourceStatus = '' } of answer.StackResourceSummaries ?? []) {
          resources.push({ logicalId: LogicalResourceId, physicalId: PhysicalResourceId, type: ResourceType, status: ResourceStatus });
        }
        token = answer.NextToken;
        if (token === undefined) break;
      }
    } catch (error) {
      const isMissing = awsFailure(error).message.includes('does not exist');
      return { checks: [isMissing ? fail('stack', `There is no stack ${stack} in this account and region.`, 'Check name, region and profile; cdk deploy makes it.') : failedCall('stack', 'cloudformation:ListStackResources', error)] };
    }
    const logGroups = await client.send(new GetTemplateCommand({ StackName: stack, TemplateStage: 'Processed' })).then(
      ({ TemplateBody = '' }) => subscribedGroups(TemplateBody, resources),
      (error: unknown) => failedCall('routes', 'cloudformation:GetTemplate', error),
    );
    return { checks: [...stateOf(stack, resources), ...(Array.isArray(logGroups) ? [] : [logGroups])], deployment: deploymentOf(resources, Array.isArray(logGroups) ? logGroups : []) };
  } finally {
    client.destroy();
  }
}

function stateOf(stack: string, resources: readonly Resource[]): DoctorCheck[] {
  const broken = resources.filter(({ status }) => status.endsWith('_FAILED'));
  if (broken.length > 0) return [fail('stack', `${broken.length} of its resources failed: ${broken.slice(0, 3).map(({ logicalId, status }) => `${logicalId} (${status})`).join(', ')}.`, 'The events of the stack say why; deploy it again.')];
  const moving = resources.filter(({ status }) => status.endsWith('_IN_PROGRESS'));
  if (moving.length > 0) return [warn('stack', `A deployment is under way: ${moving.length} resources are changing.`, 'Wait for its end and run this again.')];
  return [ok('stack', `${stack} is deployed, with ${resources.length} resources.`)];
}

function deploymentOf(resources: readonly Resource[], logGroups: string[]): Deployment {
  const all = (type: string): string[] => resources.filter((one) => one.type === type && one.physicalId !== '').map(({ physicalId }) => physicalId);
  const [stream] = all('AWS::Kinesis::Stream');
  const [table] = all('AWS::DynamoDB::Table');
  const [bucket] = all('AWS::S3::Bucket');
  const [topicArn] = all('AWS::SNS::Topic');
  const [functionName] = all('AWS::Lambda::Function');
  return { stream, table, bucket, topicArn, functionName, queueUrls: all('AWS::SQS::Queue'), logGroups };
}

/** Names of the groups in a template: written out, or made by the same stack. */
function subscribedGroups(body: string, resources: readonly Resource[]): string[] {
  let template: unknown;
  try {
    template = JSON.parse(body);
  } catch {
    return [];
  }
  const declared: unknown = field(template, 'Resources');
  if (typeof declared !== 'object' || declared === null) return [];
  const names = Object.values(declared).flatMap((resource: unknown) => {
    if (field(resource, 'Type') !== 'AWS::Logs::SubscriptionFilter') return [];
    const name = field(field(resource, 'Properties'), 'LogGroupName');
    if (typeof name === 'string') return [name];
    const made = resources.find(({ logicalId }) => logicalId === field(name, 'Ref'));
    return made === undefined ? [] : [made.physicalId];
  });
  return [...new Set(names)];
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (Reflect.get(value, name) as unknown) : undefined;
}
