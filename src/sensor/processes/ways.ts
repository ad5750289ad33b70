/** By which ways processes are seen here, and what is not seen for want of one. */
import { readLink } from '../links.ts';
import { libraryCure, type SensorContext, type Way } from '../part.ts';
import type { Bell } from './bell.ts';
import type { ExecNotify } from './exec-notify.ts';
import type { Sweep } from './sweep.ts';
import type { Table } from './table.ts';

export interface WaySettings {
  context: SensorContext;
  table: Table;
  bell: Bell | undefined;
  notify: ExecNotify | undefined;
  sweep: Sweep | undefined;
}

const slowRoundMs = 2_000;

export function processWays({ context, table, bell, notify, sweep }: WaySettings): readonly Way[] {
  const { procPath, native } = context;
  const visible = [...table.all()];
  // Enough to know: who may read one process of another user may read them all.
  const isDenied = visible.slice(0, 32).some(({ pid }) => readLink(`${procPath}/${pid}/exe`) === 'denied');
  const isShared = visible.length > 0;
  const isNotified = notify !== undefined && notify.watches > 0;
  const isOff = (name: string): string | undefined => (context.without?.has(name) === true ? 'It is switched off.' : undefined);
  const bellReason = isOff('pid-bell') ?? (bell === undefined || bell.state === 'deaf' ? `${procPath}/loadavg cannot be read`
    : bell.state === 'rings' ? `${procPath} is of another process namespace than ours, so the list of processes is read whenever the bell rings`
    : undefined);
  const roundReason = (sweep?.roundMs ?? 0) > slowRoundMs ? `${table.size} processes take ${((sweep?.roundMs ?? 0) / 1_000).toFixed(1)} s to go round` : undefined;
  return [
    way('exec-notify', 'Programs that run for less than a beat are seen by chance only.',
      isNotified ? notify.failure : isOff('exec-notify') ?? (native === undefined ? 'The foreign-function library cannot be loaded here.' : 'The kernel gives no inotify descriptor or no watch.'), isNotified, libraryCure),
    way('pid-bell', 'New processes are found by listing all of them, every two seconds or slower.', bellReason, bell !== undefined && bell.state !== 'deaf',
      'Let the container see all of /proc, or name where that of the task is mounted with FARGAZER_PROC.'),
    way('proc-of-other-users', 'Paths of programs, environments, streams and files of other users are not seen: programs are known by name and arguments.',
      isDenied ? 'Processes of other users or with more capabilities may not be looked at: give the container SYS_PTRACE.' : undefined, !isDenied,
      'In the container definition "user": "0" and "linuxParameters": { "capabilities": { "add": ["SYS_PTRACE"] } }; EKS on Fargate has none.'),
    way('shared-process-namespace', 'Only our own container is seen.',
      isShared ? undefined : `No process but ours is in ${procPath}: set pidMode to task (ECS) or shareProcessNamespace (Kubernetes).`, isShared,
      'In the task definition "pidMode": "task"; in a pod shareProcessNamespace: true.'),
    way('process-round', 'Changes of running processes (rights, streams, stops) are seen late.', roundReason, roundReason === undefined,
      'In the container definition "cpu": 32 or more; or fewer processes in one task.'),
  ];
}

function way(name: string, without: string, reason: string | undefined, isWorking: boolean, cure: string): Way {
  return { name, isWorking, without, cure, ...(reason === undefined ? {} : { reason }) };
}
