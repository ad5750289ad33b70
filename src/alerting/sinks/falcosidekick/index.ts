/**
 * The sink `falcosidekick`: an alert as a Falco event, which Falcosidekick passes on to its outputs.
 * Format: falcosecurity/falcosidekick, `types/types.go` (FalcoPayload and its Check), `types/priority.go` and `handlers.go`: priority, rule, time and
 * at least one output field are required, and all our fields are strings, for a field it expects as a string ends its process where it is none.
 */
import type { Alert, Clock, Severity, Sink } from '#contract';
import { httpAddress, request, type RequestSettings } from '../../http/post.ts';
import { safeJson } from '../../json.ts';
import { plain } from '../../message/plain.ts';
import { neverEmpty } from '../../never-empty.ts';
import { clip, sanitize } from '../../text.ts';
import type { FalcosidekickOptions } from './options.ts';

export interface FalcosidekickDependencies {
  clock?: Clock;
  lookup?: RequestSettings['lookup'];
}

const priorities: Readonly<Record<Severity, string>> = { critical: 'Critical', high: 'Error', medium: 'Warning', low: 'Notice' };

/** Falcosidekick cuts fields over 512 bytes in the middle of letters once an event is over 4,096 bytes; 160 characters stay below it in any script. */
const fieldCharacters = 160;

export function falcosidekick(options: FalcosidekickOptions, dependencies: FalcosidekickDependencies = {}): Sink {
  const target = httpAddress(options.url, 'falcosidekick');
  return {
    name: 'falcosidekick',
    async send(alert) {
      await request(target, safeJson(falcoEvent(alert)), { headers: { 'content-type': 'application/json' }, timeoutMs: options.timeoutMs, allowPrivate: options.allowPrivate, ...dependencies });
    },
  };
}

/** Keys in a fixed order, so that equal alerts give equal bytes. */
export function falcoEvent(alert: Alert): Record<string, unknown> {
  const { entity, evidence, explanation, status } = alert;
  // What is over is news of the least weight, whatever it was.
  const priority = status === 'resolved' ? 'Informational' : priorities[alert.severity];
  const title = plain(alert.title, 300);
  const fields: [string, string][] = [
    ['fargazer.id', alert.id], ['fargazer.revision', String(alert.revision)], ['fargazer.status', status], ['fargazer.severity', alert.severity],
    ['fargazer.object', alert.object], ['fargazer.observed', String(evidence.observed)], ['fargazer.expected', String(evidence.expected)], ['fargazer.unit', evidence.unit],
    ['fargazer.history', explanation.history], ['fargazer.look_first', explanation.lookFirst],
    ['entity.kind', entity.kind], ['entity.name', entity.name], ['container.name', entity.container], ['task.id', entity.instance],
    ['aws.account', entity.account], ['aws.region', entity.region], ['ecs.cluster', entity.cluster], ['first_seen', alert.firstSeen], ['last_seen', alert.lastSeen], ['count', String(alert.count)],
  ];
  return {
    output: `${alert.lastSeen.slice(11, 23)}: ${priority} ${status === 'resolved' ? 'Resolved: ' : ''}${title}. ${plain(alert.summary, 500)}`,
    priority,
    rule: field(alert.detector),
    time: alert.lastSeen,
    source: 'fargazer',
    hostname: field(entity.name),
    tags: ['fargazer', ...alert.attack.slice(0, 20).map((technique) => clip(sanitize(technique), 40))].toSorted(),
    output_fields: Object.fromEntries(fields.filter(([, value]) => value !== '').map(([name, value]) => [name, field(value)])),
  };
}

/** A string that is never empty: an empty rule is refused. */
function field(value: string): string {
  return neverEmpty(clip(sanitize(value), fieldCharacters));
}
