/** Whose task this is, and whether the metadata endpoint tells it: who it is, what it uses, and by which clock. */
import { Agent } from 'node:http';
import { ask } from '../../../../sources/task-metadata/ask.ts';
import { aheadMs } from '../../../../sources/task-metadata/own-time.ts';
import type { SidecarParts } from '../../../sidecar-parts.ts';
import { fail, ok, warn, type DoctorCheck } from '../report.ts';

const name = 'metadata-endpoint';
const without = 'Whose task this is and what its containers use is not known.';
const timeoutMs = 1_000;

export function lookAtTask({ whose, metadata }: Pick<SidecarParts, 'whose' | 'metadata'>): DoctorCheck {
  const { service, family } = whose.subject(undefined);
  if (service !== undefined || family !== undefined) return ok('task', `This task is ${whose.name}.`);
  return warn('task', 'Nothing tells whose task this is: what is learned belongs to it alone, and alerts name no service.', metadata === undefined ? 'Name the service in FARGAZER_SERVICE, where no metadata endpoint does.' : 'See the metadata endpoint, or name the service in FARGAZER_SERVICE.');
}

export async function lookAtMetadata({ metadata, clock }: Pick<SidecarParts, 'metadata' | 'clock'>): Promise<DoctorCheck> {
  if (metadata === undefined) return warn(name, `ECS_CONTAINER_METADATA_URI_V4 is not set. ${without}`, 'On ECS with Fargate it is there from platform version 1.4.0 on; EKS has none.');
  if (metadata.failure !== undefined) return fail(name, `/task of ${metadata.url} ${metadata.failure}. ${without}`, 'Where it is the same in a minute, start the task again: the endpoint belongs to the platform.');
  const agent = new Agent();
  try {
    const sentMs = clock.now();
    const asked = await ask(`${metadata.url.replace(/\/+$/, '')}/task/stats`, { agent, timeoutMs, signal: new AbortController().signal });
    if ('failure' in asked) return warn(name, `/task is told, but /task/stats ${asked.failure}: what containers use is not known.`, 'It is asked again by itself; run this again in a minute.');
    const offMs = aheadMs(asked.answer.dateMs, sentMs, clock.now());
    if (offMs !== 0) return warn(name, `It answers, but its clock is ${(Math.abs(offMs) / 1_000).toFixed(1)} s ${offMs > 0 ? 'ahead of' : 'behind'} ours: its times are moved by as much.`, 'Nothing, on Fargate; on a host of your own set one of the clocks.');
    return ok(name, 'It tells the task and what its containers use.');
  } finally {
    agent.destroy();
  }
}
