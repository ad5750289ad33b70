/** Which way a finding would go by a configuration: routes, receivers and outputs, without sending anything. */
import { z } from 'zod';
import { FargazerError, severities, type Alert, type AlertingSettings } from '#contract';
import { outputsOf } from '../../../alerting/receivers.ts';
import type { Fold } from '../../../alerting/stages/fold.ts';
import { mutedBy, MuteTimes } from '../../../alerting/stages/mute-times.ts';
import { labelsOf } from '../../../alerting/stages/labels.ts';
import { groupLabels, RouteTree } from '../../../alerting/stages/route-tree.ts';
import type { RoutedFinding } from '../../cli/alerts-program.ts';

const text = z.string().default('');

/** What routing looks at; everything else of an alert may be there and is left aside. */
const findingSchema = z.object({
  id: text,
  detector: z.string().min(1),
  severity: z.enum(severities).default('medium'),
  title: text,
  object: text,
  incident: z.string().nullish(),
  entity: z.object({ kind: text, name: text, account: text, region: text, cluster: text, container: text, instance: text }).prefault({}),
});

/** Who asks about more asks about a recording, which replay shows. */
const mostFindings = 1_000;

/** Findings of a file: one JSON value, a list of them, or one a line. Throws `usage` with the place that is wrong. */
export function findingsIn(content: string, file: string): z.infer<typeof findingSchema>[] {
  const values = valuesIn(content, file);
  if (values.length === 0) throw new FargazerError('usage', `${file}: there is no finding in it. Write an alert as --output jsonl prints it, or { "detector": "…", "severity": "high", "entity": { "name": "checkout" } }.`);
  if (values.length > mostFindings) throw new FargazerError('usage', `${file}: at most ${mostFindings} findings are asked about at once, and this has ${values.length}.`);
  return values.map((value, at) => {
    const parsed = findingSchema.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const place = `${values.length > 1 ? `finding ${at + 1}, ` : ''}${issue?.path.join('.') || 'the whole'}`;
    throw new FargazerError('usage', `${file}: ${place}: ${sentenceOf(issue)}.`);
  });
}

function sentenceOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_value') return `expected one of ${issue.values.join(', ')}`;
  return issue?.code === 'invalid_type' ? `expected ${issue.expected === 'object' ? 'an object' : issue.expected === 'string' ? 'text' : issue.expected}` : 'expected text';
}

function valuesIn(content: string, file: string): unknown[] {
  try {
    const whole: unknown = JSON.parse(content);
    return Array.isArray(whole) ? whole : [whole];
  } catch {
    return content.split('\n').flatMap((line, at) => {
      if (line.trim() === '') return [];
      try {
        return [JSON.parse(line) as unknown];
      } catch {
        throw new FargazerError('usage', `${file}:${at + 1}: this is no JSON. Write one alert, a list of them, or one a line.`);
      }
    });
  }
}

export function wayOf(content: string, file: string, settings: AlertingSettings, nowMs: number): RoutedFinding[] {
  const tree = new RouteTree(settings.route);
  const muteTimes = new MuteTimes(settings.muteTimes);
  return findingsIn(content, file).map((finding) => {
    const labels = labelsOf(finding as unknown as Alert, finding.incident ?? '', finding.severity);
    return {
      id: finding.id,
      title: finding.title === '' ? `${finding.detector} of ${finding.entity.name === '' ? 'nobody named' : finding.entity.name}` : finding.title,
      ways: tree.match(labels).map((node) => {
        const muted = mutedBy({ muteTimes, nowMs } as Fold, node);
        return {
          path: node.path,
          receiver: node.receiver,
          outputs: [...outputsOf(settings, node.receiver).outputs],
          grouped: node.groupBy === undefined ? ['...'] : [...node.groupBy],
          group: { ...groupLabels(node, labels) },
          waitMs: node.groupWaitMs,
          repeatMs: node.repeatIntervalMs,
          ...(muted === undefined ? {} : { muted }),
        };
      }),
    };
  });
}
