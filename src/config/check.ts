/** Checking a configuration: what was written to settings, or a list of faults with line and path. Knows no YAML. */
import type { z } from 'zod';
import { defaultLatenessMs, FargazerError, parseSecretReference, type AlertingSettings, type FeedName, type Severity } from '#contract';
import { routeWarnings } from './alerting-warnings.ts';
import { alertingFaults, settleAlerting } from './alerting.ts';
import type { Allowance } from './allowance.ts';
import { formatDuration } from './duration.ts';
import { faultsOf, type Fault } from './fault.ts';
import { asOneOf, settleLive, type LiveConfig } from './live.ts';
import { configSchema, type ParsedConfig, type Plugins } from './schema.ts';
import { asWanted, withoutInserted, type Environment } from './secrets-environment.ts';
import { takeSecrets, unresolvedSchema, type UnresolvedSink } from './secrets-unresolved.ts';
import { writtenOut } from './sinks-shorthand.ts';
import { withoutSecrets } from './sinks-texts.ts';
import type { Written } from './written.ts';

export interface DetectorSettings {
  isEnabled: boolean;
  /** Instead of the detector's own. */
  severity?: Severity;
  /** The detector's options, parsed by its own schema: defaults filled in. */
  options: unknown;
}

export interface Config extends LiveConfig {
  /** One entry per detector that was handed in; one without an entry is on, as it comes. */
  detectors: Map<string, DetectorSettings>;
  allow: Allowance[];
  latenessMs: Record<FeedName, number>;
  /** Settings by sink, of those that the file names. */
  sinks: Map<string, unknown>;
  /** Who is told of what, and when. */
  alerting: AlertingSettings;
  /** Sentences about what is allowed but hardly meant. */
  warnings: string[];
}

/** Faults shown; who has more has one cause for most of them. */
const mostFaults = 20;

/** Facts of the first feed name the tasks and addresses of the second, so they must not be released after it (E6). */
const factPairs: readonly (readonly [FeedName, FeedName])[] = [
  ['ecs-event', 'flow-log'],
  ['task-metadata', 'flow-log'],
  ['resolver-log', 'flow-log'],
  ['ecs-event', 'cloudtrail'],
];

/**
 * Checks what was written, `${NAME}` replaced from the environment; throws `config-invalid` (or `detector-unknown`,
 * `sink-unknown`) with every fault. No message shows a secret.
 */
export function checkConfig(text: Written, file: string, plugins: Plugins, environment: Environment = process.env): Config {
  let inserted: ReadonlyMap<string, string> = new Map();
  const refuse = (faults: readonly Fault[]): never => {
    const [code = 'config-invalid', ...others] = new Set(faults.map((fault) => fault.code ?? 'config-invalid'));
    throw new FargazerError(others.length > 0 ? 'config-invalid' : code, withoutInserted(faultSentences(faults, file, text), inserted));
  };
  const plain = (): unknown => withoutEmptySections(text.plain(), plugins);
  const written = plain();
  const insertion = text.insert(environment);
  if (insertion.faults.length > 0) return refuse(insertion.faults);
  ({ inserted } = insertion);
  const value = plain();
  const schema = configSchema(plugins);
  const tried = inserted.size > 0 ? schema.safeParse(value) : undefined;
  if (tried?.success === false) asWanted(value, written, tried.error.issues);
  const sinks = sinksIn(value);
  const taken = takeSecrets(sinks, plugins.sinks ?? new Map(), (path) => placeText(path, file, text));
  const given = taken.unresolved.length === 0 ? value : { ...(value as object), sinks: taken.section };
  const lenient = taken.unresolved.length === 0 ? schema : configSchema(withUnresolved(plugins, taken.unresolved));
  const parsed = lenient.safeParse(given);
  const isTold = (issue: z.core.$ZodIssue): boolean => taken.faults.some(({ path }) => path.join('.') === issue.path.join('.'));
  const issues = [...taken.issues, ...(parsed.success ? [] : parsed.error.issues)].filter((issue) => !isTold(issue));
  const faults = [...taken.faults, ...faultsOf(schema, shown(written, plugins), issues)];
  const config = parsed.success ? settle(parsed.data as ParsedConfig, plugins) : undefined;
  if (config !== undefined) faults.push(...latenessFaults(config.latenessMs), ...alertingFaults(parsed.data as ParsedConfig, [...config.sinks.keys()]));
  return config === undefined || faults.length > 0 ? refuse(faults) : config;
}

function sinksIn(value: unknown): Record<string, unknown> {
  const section: unknown = typeof value === 'object' && value !== null && Object.hasOwn(value, 'sinks') ? Reflect.get(value, 'sinks') : undefined;
  return typeof section === 'object' && section !== null && !Array.isArray(section) ? (section as Record<string, unknown>) : {};
}

function withUnresolved(plugins: Plugins, unresolved: readonly UnresolvedSink[]): Plugins {
  return { ...plugins, sinks: new Map([...(plugins.sinks ?? []), ...unresolved.map(({ name }) => [name, unresolvedSchema] as const)]) };
}

/** What messages may quote: what was written, but for secrets among the options of outputs. */
function shown(written: unknown, { sinks = new Map() }: Plugins): unknown {
  const section = sinksIn(written);
  const isNamed = (text: string): boolean => text.includes('${') || parseSecretReference(text) !== undefined;
  const hidden = Object.fromEntries(Object.entries(section).map(([name, options]) => [name, withoutSecrets(sinks.get(name), options, isNamed)]));
  return Object.keys(section).length === 0 ? written : { ...(written as object), sinks: hidden };
}

/** Sections and detectors whose entries are all commented out read as absent. */
function withoutEmptySections(value: unknown, plugins: Plugins): unknown {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  const sections = Object.entries(value).filter(([, section]) => section !== null);
  return Object.fromEntries(
    sections.map(([name, section]) => {
      if (name === 'detectors' && typeof section === 'object' && !Array.isArray(section)) {
        return [name, Object.fromEntries(Object.entries(section).map(([id, options]) => [id, options ?? {}]))];
      }
      if (name === 'sinks') return [name, writtenOut(section, plugins.shorthands)];
      if (name === 'store') return [name, asOneOf(section)];
      return [name, name === 'sources' && Array.isArray(section) ? section.map(asOneOf) : section];
    }),
  );
}

function settle(parsed: ParsedConfig, plugins: Plugins): Config {
  const detectors = new Map<string, DetectorSettings>();
  for (const [id, schema] of plugins.detectors) {
    const { enabled = true, severity, ...options } = parsed.detectors?.[id] ?? {};
    detectors.set(id, {
      isEnabled: enabled,
      ...(severity === undefined ? {} : { severity }),
      options: parsed.detectors?.[id] === undefined ? schema.parse({}) : options,
    });
  }
  const sinks = new Map(Object.entries(parsed.sinks ?? {}));
  const alerting = settleAlerting(parsed, [...sinks.keys()]);
  return {
    detectors,
    allow: parsed.allow ?? [],
    latenessMs: { ...defaultLatenessMs, ...parsed.lateness },
    sinks,
    alerting,
    warnings: routeWarnings(alerting),
    ...settleLive(parsed),
  };
}

function latenessFaults(latenessMs: Readonly<Record<FeedName, number>>): Fault[] {
  return factPairs
    .filter(([facts, records]) => latenessMs[facts] > latenessMs[records])
    .map(([facts, records]) => ({
      path: ['lateness', facts],
      sentence: `${formatDuration(latenessMs[facts])} is more than the ${formatDuration(latenessMs[records])} of ${records}, so what ${facts} tells about its records could never be in time; expected at most ${formatDuration(latenessMs[records])}`,
    }));
}

/** `detectors.egress-volume.floorBytes`, `allow[2].value`. */
function pathText(path: readonly (string | number)[]): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('');
}

/** `fargazer.yaml:3, sinks.slack.url`. */
function placeText(path: readonly (string | number)[], file: string, text: Written): string {
  const line = text.lineOf(path);
  const place = line === undefined ? file : `${file}:${line}`;
  return `${place}${path.length === 0 ? '' : `, ${pathText(path)}`}`;
}

function faultSentences(faults: readonly Fault[], file: string, text: Written): string {
  const sentences = faults.slice(0, mostFaults).map(({ path, sentence }) => {
    return `${placeText(path, file, text)}: ${sentence}${/[.?!]$/.test(sentence) ? '' : '.'}`;
  });
  if (faults.length > mostFaults) sentences.push(`${file}: and ${faults.length - mostFaults} more.`);
  return sentences.join('\n');
}
