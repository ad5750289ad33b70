/** What `/task` tells of the task: who it is, and its containers by their ids. */
import { isFields } from './own-time.ts';

export interface TaskTold {
  arn: string;
  account: string;
  region: string;
  /** Task id without its ARN. */
  task: string;
  /** Its name, without ARN. */
  cluster: string;
  /** As the endpoint tells it: an ARN, or a name. */
  clusterArn: string;
  family: string;
  revision: string;
  /** Only newer platforms tell it. */
  service: string | undefined;
  /** Names by `DockerId`, at most 64. */
  containers: ReadonlyMap<string, string>;
  /** All containers run, or have ended: the answer changes no more by itself. */
  isSettled: boolean;
}

const containerLimit = 64;
const textLimit = 2_048;

/** Undefined where the answer is none of `/task`. */
export function taskToldIn(answer: unknown): TaskTold | undefined {
  if (!isFields(answer) || text(answer['TaskARN']) === '') return undefined;
  const listed = Array.isArray(answer['Containers']) ? (answer['Containers'] as unknown[]).slice(0, containerLimit).filter(isFields) : [];
  const containers = new Map<string, string>();
  for (const container of listed) {
    const id = text(container['DockerId']);
    const name = text(container['Name']);
    if (id !== '' && name !== '') containers.set(id, name);
  }
  const service = text(answer['ServiceName']);
  const arn = text(answer['TaskARN']);
  // `arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/TASK`
  const [, , , region = '', account = '', resource = ''] = arn.split(':');
  const clusterArn = text(answer['Cluster']);
  return {
    arn,
    account,
    region,
    task: resource.split('/').at(-1) ?? '',
    cluster: clusterArn.split('/').at(-1) ?? '',
    clusterArn,
    family: text(answer['Family']),
    revision: text(answer['Revision']),
    service: service === '' ? undefined : service,
    containers,
    isSettled: listed.length > 0 && listed.every(({ KnownStatus: status }) => status === 'RUNNING' || status === 'STOPPED'),
  };
}

export function isSameTask(one: TaskTold | undefined, other: TaskTold): boolean {
  if (one === undefined || one.containers.size !== other.containers.size) return false;
  const isSameNames = [...other.containers].every(([id, name]) => one.containers.get(id) === name);
  return isSameNames && one.arn === other.arn && one.clusterArn === other.clusterArn && one.family === other.family && one.revision === other.revision && one.service === other.service;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, textLimit) : typeof value === 'number' ? String(value) : '';
}
