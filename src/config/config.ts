/** Loading a configuration: YAML text to settings, or a list of faults with line and path. */
import { readFileSync, statSync } from 'node:fs';
import { isAlias, isMap, isSeq, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import { defaultLatenessMs, FargazerError, parseSecretReference, type AlertingSettings, type FeedName, type Severity } from '#contract';
import { routeWarnings } from './alerting-warnings.ts';
import { alertingFaults, settleAlerting } from './alerting.ts';
import type { Allowance } from './allowance.ts';
import { formatDuration } from './duration.ts';
import { faultsOf, type Fault } from './fault.ts';
import { asOneOf, settleLive, type LiveConfig } from './live.ts';
import { configSchema, type ParsedConfig, type Plugins } from './schema.ts';
import { asWanted, insertEnvironment, withoutInserted, type Environment } from './secrets-environment.ts';
import { takeSecrets, unresolvedSchema, type UnresolvedSink } from './secrets-unresolved.ts';
import { writtenOut } from './sinks-shorthand.ts';
import { withoutSecrets } from './sinks-texts.ts';

export interface DetectorSettings {
  isEnabled: boolean;
  /** Instead of the detector's own. */
  severity?: Severity;
  /** The detector's options, parsed by its own schema: defaults filled in. */
  options: unknown;
}

export interface Config extends LiveConfig {
  /** One entry per detector that was handed in. */
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

/** A configuration is written by people; a megabyte of it is a mistake. */
const largestBytes = 1_048_576;

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
 * Loads the text of a configuration, `${NAME}` replaced from the environment; throws `config-unreadable` where it is no
 * YAML and `config-invalid` (or `detector-unknown`, `sink-unknown`) with every fault. No message shows a secret.
 */
export function loadConfig(text: string, file: string, plugins: Plugins, environment: Environment = process.env): Config {
  const lines = new LineCounter();
  const document = parseYaml(text, file, lines);
  let inserted: ReadonlyMap<string, string> = new Map();
  const refuse = (faults: readonly Fault[]): never => {
    const [code = 'config-invalid', ...others] = new Set(faults.map((fault) => fault.code ?? 'config-invalid'));
    throw new FargazerError(others.length > 0 ? 'config-invalid' : code, withoutInserted(faultSentences(faults, file, document, lines), inserted));
  };
  const plain = (): unknown => withoutEmptySections(toPlain(document, file), plugins);
  const written = plain();
  const insertion = insertEnvironment(document, environment);
  if (insertion.faults.length > 0) return refuse(insertion.faults);
  ({ inserted } = insertion);
  const value = plain();
  const schema = configSchema(plugins);
  const tried = inserted.size > 0 ? schema.safeParse(value) : undefined;
  if (tried?.success === false) asWanted(value, written, tried.error.issues);
  const sinks = sinksIn(value);
  const taken = takeSecrets(sinks, plugins.sinks ?? new Map(), (path) => placeText(path, file, document, lines));
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

/** Loads a configuration file; throws `config-unreadable` where it cannot be read. */
export function readConfig(file: string, plugins: Plugins): Config {
  let text: string;
  try {
    if (statSync(file).size > largestBytes) throw new FargazerError('config-unreadable', `${file}: a configuration is at most 1 MB; is this the right file?`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof FargazerError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const cause = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'this is a folder' : `the file cannot be read (${code})`;
    throw new FargazerError('config-unreadable', `${file}: ${cause}.`, { cause: error });
  }
  return loadConfig(text, file, plugins);
}

/** What holds where no configuration is given. */
export function defaultConfig(plugins: Plugins): Config {
  return loadConfig('', 'defaults', plugins);
}

function parseYaml(text: string, file: string, lineCounter: LineCounter): Document {
  let document: Document;
  try {
    document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  } catch (error) {
    throw new FargazerError('config-unreadable', `${file}: this is not YAML that can be read (nested too deeply).`, { cause: error });
  }
  const error = document.errors[0];
  if (error !== undefined) {
    const { line } = lineCounter.linePos(error.pos[0]);
    // The parser catches its own overflow, and tells it as if it were the user's words.
    if (/call stack/i.test(error.message)) throw new FargazerError('config-unreadable', `${file}:${line}: this is not YAML that can be read (nested too deeply).`);
    const cure = /flow-map/.test(error.message) && text.split('\n')[line - 1]?.includes('${') === true ? ' Within { } and [ ], write "${NAME}" in quotes.' : '';
    throw new FargazerError('config-unreadable', `${file}:${line}: this is not YAML: ${error.message.replace(/\.$/, '')}.${cure}`);
  }
  return document;
}

function toPlain(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new FargazerError('config-unreadable', `${file}: its aliases (*name) expand to too much or lead nowhere.`, { cause: error });
  }
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

/** The deepest node of the document that a path leads to: the key itself where its value is wrong or unknown. */
function nodeAt(document: Document, path: readonly (string | number)[]): Node | null {
  let node: Node | null = document.contents;
  let found = node;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) break;
      found = pair.key as Node;
      node = pair.value as Node | null;
    } else if (isSeq(node) && typeof key === 'number') {
      node = (node.items[key] as Node | undefined) ?? null;
      found = node ?? found;
    } else break;
  }
  return found;
}

/** `detectors.egress-volume.floorBytes`, `allow[2].value`. */
function pathText(path: readonly (string | number)[]): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('');
}

/** `fargazer.yaml:3, sinks.slack.url`. */
function placeText(path: readonly (string | number)[], file: string, document: Document, lines: LineCounter): string {
  const offset = nodeAt(document, path)?.range?.[0];
  const place = offset === undefined ? file : `${file}:${lines.linePos(offset).line}`;
  return `${place}${path.length === 0 ? '' : `, ${pathText(path)}`}`;
}

function faultSentences(faults: readonly Fault[], file: string, document: Document, lines: LineCounter): string {
  const sentences = faults.slice(0, mostFaults).map(({ path, sentence }) => {
    return `${placeText(path, file, document, lines)}: ${sentence}${/[.?!]$/.test(sentence) ? '' : '.'}`;
  });
  if (faults.length > mostFaults) sentences.push(`${file}: and ${faults.length - mostFaults} more.`);
  return sentences.join('\n');
}
