/** The list of all decoders, in order of precedence; `fargazer formats` and `docs/reference/formats.md` are made of it. */
import { distance } from 'fastest-levenshtein';
import { FargazerError, type Decoder } from '#contract';
import { cloudTrail } from './cloudtrail.ts';
import { cloudWatchLogs } from './cloudwatch-logs.ts';
import { containerInsights } from './container-insights.ts';
import { dockerLog } from './docker-log.ts';
import { ecsEvent } from './ecs-event.ts';
import { fargazerEvents } from './fargazer-events.ts';
import { flowLog } from './flow-log.ts';
import { guardDuty } from './guardduty.ts';
import { kubernetesAudit } from './kubernetes-audit.ts';
import { loadBalancer } from './load-balancer.ts';
import { fireLens } from './log/firelens.ts';
import { plainText } from './plain-text.ts';
import { resolverLog } from './resolver-log.ts';
import { seriesCsv } from './series-csv.ts';
import { taskMetadata } from './task-metadata.ts';
import { zeek } from './zeek.ts';

/** Among formats that are equally certain the first wins; plain text takes what is left. */
export const decoders: readonly Decoder[] = [
  fireLens,
  fargazerEvents,
  cloudTrail,
  kubernetesAudit,
  ecsEvent,
  guardDuty,
  containerInsights,
  taskMetadata,
  flowLog,
  resolverLog,
  dockerLog,
  loadBalancer,
  zeek,
  seriesCsv,
  cloudWatchLogs,
  plainText,
];

export { plainText };

/** Formats of JSON values, asked value by value. */
export const valueDecoders: readonly Decoder[] = decoders.filter((decoder) => decoder.accepts !== undefined && decoder !== plainText);

/** Formats of lines, asked once at a file's head. */
export const lineDecoders: readonly Decoder[] = decoders.filter(({ framing }) => framing === 'lines');

const byId = new Map(decoders.map((decoder) => [decoder.id, decoder]));

export function decoderById(id: string): Decoder | undefined {
  return byId.get(id);
}

/** The decoder a user named, or `FargazerError('format-unknown')` with the nearest right name. */
export function decoderNamed(id: string): Decoder {
  const decoder = byId.get(id);
  if (decoder !== undefined) return decoder;
  const ids = [...byId.keys()];
  const nearest = ids.reduce((best, known) => (distance(id, known) < distance(id, best) ? known : best), ids[0] as string);
  throw new FargazerError('format-unknown', `There is no format "${id.slice(0, 60)}". Did you mean "${nearest}"? \`fargazer formats\` lists them all.`);
}
