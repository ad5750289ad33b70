/** What silences a service: a log router ended, a program halted, an output led away; and the end of a whole task, which is none of these. */
import type { ProcessActivity, Stream } from '#contract';
import { kindOfProgram } from '../program-kinds.ts';
import { baseName, pathKey, toolName } from '../program-key.ts';

export interface Mute {
  kind: 'ended' | 'stopped' | 'led-away';
  isRouter: boolean;
  /** Where the output leads now, as a word. */
  where: string;
}

/** Programs by which lines leave a task. */
const routerName =
  /^(?:fluent-?bit|fluentd|td-agent(?:-bit)?|calyptia.*|vector|filebeat|logstash|promtail|alloy|otelcol.*|otel-collector.*|opentelemetry-collector.*|rsyslogd|syslogd|syslog-ng|journald|systemd-journald|amazon-cloudwatch-agent|awslogs-agent|firelens.*|splunkd|nxlog|datadog-agent|logspout|log[-_]?(?:router|shipper|forwarder|collector|agent|relay|drain|pump|sender)|(?:router|shipper|forwarder)[-_]?logs?|router)(?:\.(?:py|js|mjs|ts|rb|pl|sh|jar|php))?$/i;

export function isRouter({ program, arguments: words }: ProcessActivity, named: readonly string[]): boolean {
  const names = [toolName(program, words), program.name];
  const kind = kindOfProgram(names[0]!);
  if (kind === 'interpreter' || kind === 'shell') names.push(...words.slice(1, 6).filter((word) => !word.startsWith('-')).map(baseName));
  return names.some((name) => routerName.test(name) || named.includes(name));
}

/** One that its own kind started and starts again. */
function isWorker({ program, lineage, arguments: words }: ProcessActivity): boolean {
  return program.path !== '' && lineage[0]?.path === program.path && kindOfProgram(toolName(program, words)) !== 'interpreter';
}

const streamSaid: Partial<Record<Stream, string>> = { null: 'nothing', none: 'nothing', file: 'a file', socket: 'a connection', pipe: 'another pipe', terminal: 'a terminal' };

export function muteOf(activity: ProcessActivity, named: readonly string[], leastSeconds: number): Mute | undefined {
  switch (activity.activity) {
    case 'terminate':
      if ((activity.seconds ?? Infinity) < leastSeconds || isWorker(activity) || !isRouter(activity, named)) return undefined;
      return { kind: 'ended', isRouter: true, where: '' };
    case 'stop':
      return { kind: 'stopped', isRouter: isRouter(activity, named), where: '' };
    case 'stream': {
      const kind = kindOfProgram(toolName(activity.program, activity.arguments));
      // Shells lead streams about for a living; what they start is looked at by itself.
      if (activity.streams === undefined || kind === 'shell' || kind === 'ordinary') return undefined;
      const [, output, errors] = activity.streams;
      const where = streamSaid[output] ?? streamSaid[errors];
      return where === undefined ? undefined : { kind: 'led-away', isRouter: isRouter(activity, named), where };
    }
    default:
      return undefined;
  }
}

function outputs({ streams }: ProcessActivity): string {
  return streams === undefined ? '' : `${streams[1]} ${streams[2]}`;
}

/** Where a program's output led when it began is where it may lead again. */
export function streamKeys(activity: ProcessActivity): string {
  return activity.streams === undefined ? 'streams unknown' : `led-away ${pathKey(activity.program, activity.arguments)} ${outputs(activity)}`;
}

export function muteKey({ kind }: Mute, activity: ProcessActivity): string {
  const own = pathKey(activity.program, activity.arguments);
  return kind === 'led-away' ? `led-away ${own} ${outputs(activity)}` : `${kind} ${own}`;
}

/** Ends of what stood at the top of a container, latest last; and processes whose output leads to nothing. */
export interface Ends {
  of: [path: string, timeMs: number][];
  silentPids: number[];
}

/** As long as ECS waits before it kills what does not end, unless told otherwise. */
const stopMs = 30_000;
const endLimit = 8;
/** Shorter-lived ones at the top are health checks and the like. */
const longLivedSeconds = 20;

export function createEnds(): Ends {
  return { of: [], silentPids: [] };
}

const silentLimit = 32;

function leadsToNothing({ streams }: ProcessActivity): boolean {
  return streams?.[1] === 'null' || streams?.[1] === 'none';
}

/** It is heard again: what was told when it fell silent needs no second word. */
export function isLedBack({ silentPids }: Ends, activity: ProcessActivity): boolean {
  return silentPids.includes(activity.pid) && !leadsToNothing(activity);
}

export function noteEnd(ends: Ends, activity: ProcessActivity): void {
  if (activity.activity === 'stream' || activity.activity === 'launch' || activity.activity === 'terminate') {
    ends.silentPids = ends.silentPids.filter((pid) => pid !== activity.pid);
    if (activity.activity === 'stream' && leadsToNothing(activity)) ends.silentPids = [...ends.silentPids.slice(1 - silentLimit), activity.pid];
  }
  if (activity.activity !== 'terminate' || activity.lineage.length > 1 || (activity.seconds ?? 0) < longLivedSeconds) return;
  ends.of.push([pathKey(activity.program, activity.arguments), activity.timeMs]);
  if (ends.of.length > endLimit) ends.of.shift();
}

/** Others at the top of their containers ended just before: the task is being stopped. */
export function isEndOfAll({ of }: Ends, timeMs: number, activity: ProcessActivity): boolean {
  const own = pathKey(activity.program, activity.arguments);
  return of.some(([path, at]) => path !== own && timeMs - at <= stopMs && timeMs >= at);
}
