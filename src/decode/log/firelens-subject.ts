/** Whom a FireLens record speaks of: ECS metadata, or the kubernetes filter's on EKS Fargate. */
import type { JsonObject, JsonValue, Subject } from '#contract';
import { lastName, taskDefinitionOf, taskNameOf } from '../arn.ts';
import { subjectOf } from '../event-base.ts';
import { objectOf, optionalText, ownField, textOf } from '../fields.ts';

/** Fields that the log router adds around a line; with `log`, its pieces and the time they are no part of the line's own JSON. */
export const carrierKeys: ReadonlySet<string> = new Set([
  'log', 'source', 'stream', 'container_id', 'container_name', 'ecs_cluster', 'ecs_task_arn', 'ecs_task_definition',
  'ec2_instance_id', 'partial_message', 'partial_id', 'partial_ordinal', 'partial_last', 'kubernetes', '_p', 'logtag',
]);

/** Names come from the record alone; fields of wrong type are as if they were missing. */
export function fireLensSubject(value: JsonObject): Subject {
  const task = taskNameOf(text(value, 'ecs_task_arn'));
  const definition = taskDefinitionOf(text(value, 'ecs_task_definition'));
  const kubernetes = objectOf(ownField(value, 'kubernetes'));
  const pod = text(kubernetes, 'pod_name');
  return subjectOf({
    account: task?.account,
    region: task?.region,
    cluster: lastName(text(value, 'ecs_cluster')) || task?.cluster,
    family: definition?.family,
    revision: definition?.revision,
    task: task?.task ?? taskOfContainer(text(value, 'container_id')),
    container: containerName(text(value, 'container_name'), definition?.family) || optionalText(ownField(kubernetes, 'container_name')),
    namespace: optionalText(ownField(kubernetes, 'namespace_name')),
    pod,
    workload: workloadOfPod(pod),
    host: optionalText(ownField(value, 'ec2_instance_id')) ?? optionalText(ownField(kubernetes, 'host')),
  });
}

/** On EC2 Docker's name stands there: `/ecs-<family>-<revision>-<container>-<hex>`. */
function containerName(name: string, family: string | undefined): string {
  const plain = name.startsWith('/') ? name.slice(1) : name;
  if (family === undefined || !plain.startsWith(`ecs-${family}-`)) return plain;
  return /^[0-9]+-(.+)-[0-9a-f]{16,32}$/.exec(plain.slice(family.length + 5))?.[1] ?? plain;
}

/** On Fargate a container's id begins with its task's: `<32 hex>-<digits>`. */
function taskOfContainer(id: string): string | undefined {
  return /^([0-9a-f]{32})-[0-9]+$/.exec(id)?.[1];
}

/**
 * Workload of a pod by the suffixes that controllers append: `-<template hash>-<5>` for a Deployment's pod,
 * `-<5>` for a DaemonSet's or Job's, `-<ordinal>` for a StatefulSet's. Kubernetes makes the suffixes of the
 * alphabet `bcdfghjklmnpqrstvwxz2456789` (no vowels), so ordinary words are not taken for them.
 */
export function workloadOfPod(pod: string): string | undefined {
  if (pod === '') return undefined;
  const safe = '[bcdfghjklmnpqrstvwxz2456789]';
  const found = new RegExp(`^(.+?)(?:-${safe}{6,10}-${safe}{5}|-${safe}{5}|-[0-9]{1,5})$`).exec(pod.slice(0, 253));
  return found?.[1] ?? pod;
}

function text(value: Readonly<JsonObject>, key: string): string {
  const field: JsonValue | undefined = ownField(value, key);
  return typeof field === 'string' ? textOf(field) : '';
}
