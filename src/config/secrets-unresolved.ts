/** Outputs whose options name secrets: their texts are read when the program starts, and only then held to the schema. */
import { z } from 'zod';
import { FargazerError, parseSecretReference, type SecretReference } from '#contract';
import type { Config } from './check.ts';
import { faultsOf, type Fault } from './fault.ts';
import { putAt } from './secrets-environment.ts';
import { textsOf, withheld } from './sinks-texts.ts';

export interface PlacedReference {
  /** Within the options of the output. */
  path: (string | number)[];
  /** As written, `ssm:/fargazer/slack`. */
  text: string;
  reference: SecretReference;
}

/** Options of an output that cannot be used yet; what is not resolved is nothing that an output takes. */
export class UnresolvedSink {
  readonly name: string;
  readonly options: unknown;
  readonly schema: z.ZodType;
  readonly references: readonly PlacedReference[];
  /** `fargazer.yaml:3, sinks.slack.url` of a path within the options. */
  readonly placeOf: (path: readonly (string | number)[]) => string;

  constructor(name: string, options: unknown, schema: z.ZodType, references: readonly PlacedReference[], placeOf: (path: readonly (string | number)[]) => string) {
    this.name = name;
    this.options = options;
    this.schema = schema;
    this.references = references;
    this.placeOf = placeOf;
  }
}

/** Stands in the schema of the whole for an output that is not resolved. */
export const unresolvedSchema = z.custom((value) => value instanceof UnresolvedSink);

export interface SecretsTaken {
  /** The section of outputs with those that name secrets unresolved. */
  section: Record<string, unknown>;
  unresolved: UnresolvedSink[];
  faults: Fault[];
  /** What is wrong whatever the secrets are; paths from `sinks` on. */
  issues: z.core.$ZodIssue[];
}

/** Takes outputs that name secrets out of a section. */
export function takeSecrets(section: Record<string, unknown>, schemas: ReadonlyMap<string, z.ZodType>, placeOf: UnresolvedSink['placeOf']): SecretsTaken {
  const taken: SecretsTaken = { section: { ...section }, unresolved: [], faults: [], issues: [] };
  for (const [name, options] of Object.entries(section)) {
    const schema = schemas.get(name);
    if (schema === undefined) continue;
    const references: PlacedReference[] = [];
    for (const { path, text } of textsOf(schema, options)) {
      const reference = parseSecretReference(text);
      if (reference === undefined) continue;
      if ('fault' in reference) taken.faults.push({ path: ['sinks', name, ...path], sentence: reference.fault });
      else references.push({ path, text, reference });
    }
    if (references.length === 0) continue;
    const sink = new UnresolvedSink(name, options, schema, references, (path) => placeOf(['sinks', name, ...path]));
    taken.section[name] = sink;
    taken.unresolved.push(sink);
    taken.issues.push(...issuesOf(schema, options, references).map((issue) => ({ ...issue, path: ['sinks', name, ...issue.path] })));
  }
  return taken;
}

/** What the schema says of everything but the texts that are not known yet. */
function issuesOf(schema: z.ZodType, options: unknown, references: readonly PlacedReference[]): z.core.$ZodIssue[] {
  const parsed = schema.safeParse(options);
  if (parsed.success) return [];
  return parsed.error.issues.filter((issue) => {
    const own = references.some(({ path }) => path.length === issue.path.length && path.every((key, at) => key === issue.path[at]));
    const above = references.some(({ path }) => issue.path.length < path.length && issue.path.every((key, at) => key === path[at]));
    // What is missing or too much beside them is wrong all the same.
    return !own && !(above && issue.code === 'invalid_union');
  });
}

/** References of a configuration, as written, with their places. */
export function secretsNamed({ sinks }: Pick<Config, 'sinks'>): { place: string; text: string }[] {
  return [...sinks.values()].flatMap((sink) => (sink instanceof UnresolvedSink ? sink.references.map(({ path, text }) => ({ place: sink.placeOf(path), text })) : []));
}

/**
 * The same configuration with every secret read by `read`, which throws `FargazerError` in a sentence. Throws that, or
 * `config-invalid` where what was read is not what its option takes, always with the place in the file and every fault.
 */
export async function settleSinks(config: Config, read: (reference: SecretReference) => Promise<string>): Promise<Config> {
  const unresolved = [...config.sinks.values()].filter((sink) => sink instanceof UnresolvedSink);
  if (unresolved.length === 0) return config;
  const failures: FargazerError[] = [];
  const settled = new Map(config.sinks);
  for (const sink of unresolved) {
    const texts = await Promise.allSettled(sink.references.map(({ reference }) => read(reference)));
    const before = failures.length;
    const options = structuredClone({ of: sink.options });
    for (const [at, outcome] of texts.entries()) {
      const { path, text } = sink.references[at]!;
      if (outcome.status === 'fulfilled') putAt(options, ['of', ...path], outcome.value);
      else if (outcome.reason instanceof FargazerError) failures.push(new FargazerError(outcome.reason.code, `${sink.placeOf(path)} (${text}): ${outcome.reason.message}`, { cause: outcome.reason }));
      else throw outcome.reason;
    }
    if (failures.length > before) continue;
    const parsed = sink.schema.safeParse(options.of);
    if (parsed.success) settled.set(sink.name, parsed.data);
    else failures.push(...unfit(sink, parsed.error.issues));
  }
  const [first] = failures;
  if (first !== undefined) throw new FargazerError(first.code, failures.map(({ message }) => message).join('\n'), { cause: first });
  return { ...config, sinks: settled };
}

function unfit(sink: UnresolvedSink, issues: readonly z.core.$ZodIssue[]): FargazerError[] {
  const shown = structuredClone({ of: sink.options });
  for (const { path } of sink.references) putAt(shown, ['of', ...path], withheld);
  return faultsOf(sink.schema, shown.of, issues).map(({ path, sentence }) => {
    const from = sink.references.find((one) => one.path.join('.') === path.join('.'));
    const cure = from === undefined ? '' : ` Correct what stands there: ${from.text}.`;
    return new FargazerError('config-invalid', `${sink.placeOf(path)}: ${sentence}.${cure}`);
  });
}
