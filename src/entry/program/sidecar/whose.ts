/** Whose task this is: what the metadata endpoint tells at the start, else the environment, else nobody in particular. */
import { hostname } from 'node:os';
import type { Subject } from '#contract';
import type { KnownTask } from '../../../sources/firelens/index.ts';
import type { TaskMetadataSource, TaskTold } from '../../../sources/task-metadata/index.ts';

export interface Whose {
  /** For sentences. */
  name: string;
  /** Of a container of this task, by its id; of the task where none is told. Its owner never changes: what was learned is filed under it. */
  subject: (containerId: string | undefined) => Subject;
  /** What log routers write beside each line (`enable-ecs-log-metadata`), for those that were told not to. */
  task: () => KnownTask | undefined;
}

export function whoseTask(told: TaskTold | undefined, metadata: TaskMetadataSource | undefined, environment: Readonly<Record<string, string | undefined>>): Whose {
  if (told === undefined) return unnamed(environment);
  const { account, region, cluster, task: id, family, revision, service } = told;
  const task: Subject = { account, region, cluster, task: id, family, revision, ...(service === undefined ? {} : { service }) };
  const containers = new Map<string, Subject>();
  return {
    name: service ?? family,
    subject(id) {
      const name = id === undefined ? undefined : (metadata?.task() ?? told).containers.get(id);
      if (name === undefined) return task;
      let subject = containers.get(name);
      if (subject === undefined) containers.set(name, (subject = { ...task, container: name }));
      return subject;
    },
    task: () => told,
  };
}

/** Without an endpoint (EKS, a machine of one's own) the environment may name it; a task that nobody names is only this one. */
function unnamed(environment: Readonly<Record<string, string | undefined>>): Whose {
  const name = environment['FARGAZER_SERVICE'];
  if (name === undefined || name === '') return { name: 'this task', subject: () => ({ name: 'this task' }), task: () => undefined };
  const subject: Subject = { service: name.slice(0, 255), task: hostname().slice(0, 64) };
  return { name, subject: () => subject, task: () => undefined };
}
