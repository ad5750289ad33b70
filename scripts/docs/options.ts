/** The page of options: the command line and the configuration. */
import type { Argument, Command, Option } from 'commander';
import type { JsonValue } from '../../src/contract/index.ts';
import { configJsonSchema } from '../../src/config/index.ts';
import { plugins, program } from '../../src/entry/compose.ts';
import { commandTree } from '../../src/entry/cli/command-line.ts';
import { page, table } from './markdown.ts';

function leaves(command: Command, path: string): { name: string; command: Command }[] {
  return command.commands.flatMap((child) => {
    const name = `${path} ${child.name()}`;
    const beneath = leaves(child, name);
    // A group with options of its own is a command too.
    return beneath.length > 0 && child.options.length === 0 ? beneath : [{ name, command: child }, ...beneath];
  });
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '…' : ''}`.toUpperCase();
  return argument.required ? name : `[${name}]`;
}

function commandSection({ name, command }: { name: string; command: Command }): string {
  const words = [name, ...command.registeredArguments.map(argumentText)].join(' ');
  const rows = [
    ...command.registeredArguments.map((argument) => [`\`${argumentText(argument)}\``, argument.description]),
    ...command.options.map((option: Option) => [
      `\`${option.flags}\``,
      `${option.description}${option.mandatory ? ' Required.' : ''}${option.defaultValue === undefined || option.negate ? '' : ` Default: \`${String(option.defaultValue)}\`.`}`,
    ]),
  ];
  return [`### \`${words}\``, command.description(), ...(rows.length === 0 ? [] : [table(['Option', 'Meaning'], rows)])].join('\n\n');
}

type Schema = { [key: string]: JsonValue };

function isSchema(value: JsonValue | undefined): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `number, at least 0`, `low, medium, high or critical`. */
function typeText(schema: Schema): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => `\`${String(value)}\``).join(', ');
  const bounds = [
    ['minimum', 'at least'],
    ['exclusiveMinimum', 'more than'],
    ['maximum', 'at most'],
    ['exclusiveMaximum', 'less than'],
  ].flatMap(([key = '', words = '']) => (typeof schema[key] === 'number' && Math.abs(schema[key]) < Number.MAX_SAFE_INTEGER ? [`${words} ${schema[key]}`] : []));
  const type = schema['type'] === 'array' ? `list of ${isSchema(schema['items']) ? typeText(schema['items']) : 'anything'}` : String(schema['type'] ?? 'any');
  return [type, ...bounds].join(', ');
}

function isMapping(schema: Schema): boolean {
  return schema['type'] === 'object' || (Array.isArray(schema['type']) && schema['type'].includes('object'));
}

/** The row of a plugin without options; what has options is told by them. */
function emptyRow(mapping: Schema, path: string, { description = '' }: Schema): string[][] {
  const isEmpty = isSchema(mapping['properties']) && Object.keys(mapping['properties']).length === 0;
  return isEmpty ? [[`\`${path}\``, 'no options', '', String(description)]] : [];
}

/** One row per option beneath an object schema. */
function optionRows(schema: Schema, path: string): string[][] {
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).flatMap(([name, part]) => {
    if (!isSchema(part)) return [];
    const full = path === '' ? name : `${path}.${name}`;
    const isList = part['type'] === 'array' && isSchema(part['items']) && isMapping(part['items']);
    if (isList && isSchema(part['items'])) return [...emptyRow(part['items'], full, part), ...optionRows(part['items'], `${full}[]`)];
    if (isMapping(part) && isSchema(part['properties'])) return [...emptyRow(part, full, part), ...optionRows(part, full)];
    const standard = part['default'] === undefined ? '' : `\`${JSON.stringify(part['default'])}\``;
    return [[`\`${full}\``, typeText(part), standard, String(part['description'] ?? '')]];
  });
}

/** Options of one detector, for its own page. */
export function detectorOptionRows(id: string): string[][] {
  return rowsAt('detectors', id);
}

/** Options of one output. */
export function sinkOptionRows(name: string): string[][] {
  return rowsAt('sinks', name);
}

function rowsAt(section: string, name: string): string[][] {
  let part: JsonValue | undefined = configJsonSchema(plugins) as Schema;
  for (const key of ['properties', section, 'properties', name]) part = isSchema(part) ? part[key] : undefined;
  if (!isSchema(part)) return [];
  // One of several ways: the options of all of them.
  const ways = Array.isArray(part['anyOf']) ? part['anyOf'].filter(isSchema) : [part];
  return ways.flatMap((way) => optionRows(way, ''));
}

export function optionsPage(): string {
  const root = commandTree(
    { program, words: [], terminal: { write: async () => undefined, say: () => undefined, columns: 80, hasColour: false, isOutputTerminal: false, isMessageTerminal: false, timeZone: 'UTC', signal: new AbortController().signal }, run: async () => undefined },
    '0',
    () => undefined,
  );
  return page(
    'Options',
    '## Command line',
    'Durations are written `30s`, `10m`, `24h`, `7d`; times are ISO 8601 (`2023-07-10` or `2023-07-10T12:05:00Z`), UTC where no zone is written. `NO_COLOR` switches colours off, `FARGAZER_DEBUG=1` adds traces to errors.',
    ...leaves(root, 'fargazer').map(commandSection),
    '## Configuration',
    'A YAML file given by `--config` and checked by `fargazer config check FILE`. Editors complete it with [config.schema.json](config.schema.json).',
    table(['Option', 'Value', 'Default', 'Meaning'], optionRows(configJsonSchema(plugins) as Schema, '')),
  );
}
