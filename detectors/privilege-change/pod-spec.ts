/** What a pod may do to its host, read from the specification of a pod or of a workload that makes pods. */
import type { JsonObject } from '#contract';
import { isObject, listOf, objectAt, objectsUnder, textAt } from './request.ts';

/** Paths of a host whose mount gives the host or its secrets away. */
const hostPath = /^\/(?:$|etc|root|proc|sys|dev|boot|home|var\/run|run|var\/lib\/(?:docker|kubelet|containerd|etcd|cni)|var\/log$)/;
const powers = /^(?:ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|SYS_RAWIO|NET_ADMIN|NET_RAW|DAC_READ_SEARCH|DAC_OVERRIDE|BPF|PERFMON)$/;

/** What stands out, gravest first; empty for an ordinary pod. */
export function podPowers(request: JsonObject): string[] {
  const spec = podSpec(request);
  const found = new Set<string>();
  const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((name) => listOf(spec[name]).filter(isObject));
  for (const container of containers) {
    const context = objectAt(container, 'securityContext');
    if (context['privileged'] === true) found.add('privileged');
    const added = listOf(objectAt(context, 'capabilities')['add']).map(String);
    if (added.some((name) => powers.test(name.replace(/^CAP_/, '')))) found.add('capabilities');
  }
  for (const volume of listOf(spec['volumes'])) {
    const path = textAt(volume, 'hostPath', 'path');
    if (path !== '' && hostPath.test(path)) found.add('host path');
  }
  if (spec['hostPID'] === true) found.add('host processes');
  if (spec['hostIPC'] === true) found.add('host memory');
  if (spec['hostNetwork'] === true) found.add('host network');
  return [...found];
}

function podSpec(request: JsonObject): JsonObject {
  const spec = objectAt(request, 'spec');
  const nested = [spec, objectAt(spec, 'template', 'spec'), objectAt(spec, 'jobTemplate', 'spec', 'template', 'spec')];
  const whole = nested.findLast((one) => 'containers' in one || 'ephemeralContainers' in one);
  if (whole !== undefined) return whole;
  // A patch may hold any part of a specification.
  return objectsUnder(request, /^(?:spec|value)$/).find((one) => 'containers' in one || 'hostNetwork' in one || 'volumes' in one) ?? {};
}

const words: Readonly<Record<string, string>> = {
  privileged: 'all rights on its host',
  capabilities: 'powers over the kernel',
  'host path': 'files of its host',
  'host processes': 'sight of all processes of its host',
  'host memory': 'the shared memory of its host',
  'host network': 'the network of its host',
};

/** At most two, as a sentence has them. */
export function inWords(powers: readonly string[]): string {
  return powers.slice(0, 2).map((power) => words[power] ?? power).join(' and ');
}

/** The workload behind a pod's name: what its controller adds to names is new every time. */
export function workloadOf(name: string): string {
  return name.replace(/-(?:[0-9a-f]{8,10}-?)?(?:[a-z0-9]{5})?$/, '').replace(/-\d+$/, '');
}
