/** Built-in inhibition: a deployment explains a new program of that service's new revision for a while. */
import type { Alert } from '#contract';

/** A revision that brings a program starts it at once; what starts later was started by something else. */
const explainsMs = 15 * 60_000;

/** As the engine says it in `explanation.deployment`. */
const sentence = /^Revision (\S{1,400}) was first seen at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** Detectors of new programs; what else is new after a deployment (a destination, a right) is told. */
const programs = /^(?:new-)?program(?:-novelty)?$|^new-program/;

export function deploymentExplains({ detector, severity, entity, explanation, firstSeen }: Alert): boolean {
  if (severity === 'critical' || !programs.test(detector)) return false;
  const match = sentence.exec(explanation.deployment ?? '');
  if (match === null || (entity.revision !== undefined && entity.revision !== match[1])) return false;
  const sinceMs = Date.parse(match[2] ?? '');
  const firstMs = Date.parse(firstSeen);
  return firstMs >= sinceMs && firstMs < sinceMs + explainsMs;
}
