/** Paths as a user gives them, and the files they mean: folders, globs, `NAME=PATH`, `-`. */
import { globSync, lstatSync, readdirSync, realpathSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { FargazerError } from '#contract';
import { sameBytes } from './same-bytes.ts';

export interface FileInput {
  /** As opened; `-` is standard input. */
  path: string;
  /** How the file is called in positions and messages: the path as given, or below the folder given. */
  file: string;
  /** `NAME` of `NAME=PATH`. */
  name?: string;
  /** Size when the paths were expanded; undefined for what has none (pipes, standard input). */
  storedBytes?: number;
}

export interface Expansion {
  inputs: FileInput[];
  notes: string[];
}

/** Names of files that folders of recordings hold and that are no telemetry. */
const otherFiles = /^(?:LICEN[CS]E|COPYING|NOTICE|README|SOURCE|CHANGELOG|Makefile|Dockerfile)(?:\.\w+)?$|\.(?:md|rst|html?|css|js|ts|py|sh|ya?ml|toml|png|jpe?g|gif|svg|ico|pdf|sqlite3?|db|parquet|zip|tar|tgz|7z|bak|swp|tmp)$/i;

/** Files that are listed one by one in a note; more are counted. */
const listedFiles = 5;

/** Deepest folder that is entered: links may make a tree endless. */
const folderDepth = 32;

/**
 * Files in the order of their names, each once.
 * Throws `FargazerError('path-missing')` where a path does not exist or a pattern matches nothing.
 */
export function expandPaths(args: readonly string[]): Expansion {
  const notes: string[] = [];
  const found: FileInput[] = [];
  for (const argument of args) found.push(...expand(argument, notes));
  return { inputs: onlyOnce(found, notes), notes };
}

function expand(argument: string, notes: string[]): FileInput[] {
  if (argument === '-') return [{ path: '-', file: 'stdin' }];
  const whole = look(argument);
  if (whole !== undefined) return entries(argument, whole, undefined, notes);
  // A file may have `=` or `*` in its name: only what does not exist is read otherwise.
  const named = /^([^=/*?[\]]{1,200})=(.+)$/s.exec(argument);
  const path = named?.[2] ?? argument;
  const name = named?.[1];
  if (name !== undefined) {
    if (path === '-') return [{ path: '-', file: 'stdin', name }];
    const stats = look(path);
    if (stats !== undefined) return entries(path, stats, name, notes);
  }
  if (/[*?[\]{}]/.test(path)) {
    const matches = globSync(path).sort(byName);
    const inputs = matches.flatMap((match) => {
      const stats = look(match);
      return stats === undefined ? [] : entries(match, stats, name, notes);
    });
    if (inputs.length > 0) return inputs;
    throw new FargazerError('path-missing', `No file matches "${path}". Nothing was read. Check the pattern, and put it in quotes if your shell changes it.`);
  }
  if (path === '') throw new FargazerError('path-missing', 'An empty path was given. Nothing was read. Name a file, a folder, a pattern or - for standard input.');
  throw new FargazerError('path-missing', `There is no file or folder "${path}". Nothing was read. Check the spelling and the folder you are in.`);
}

function entries(path: string, stats: Stats, name: string | undefined, notes: string[]): FileInput[] {
  if (!stats.isDirectory()) return [input(path, stats, name)];
  const inputs: FileInput[] = [];
  const passedOver: string[] = [];
  walk(path, 0, inputs, passedOver, name, notes);
  if (passedOver.length > 0) {
    const listed = passedOver.slice(0, listedFiles).join(', ');
    const more = passedOver.length - listedFiles;
    notes.push(`${path}: passed over ${listed}${more > 0 ? ` and ${more} more` : ''}, which by their names are no telemetry; name such a file to read it.`);
  }
  if (inputs.length === 0) notes.push(`${path}: the folder holds no file to read.`);
  return inputs;
}

function walk(folder: string, depth: number, inputs: FileInput[], passedOver: string[], name: string | undefined, notes: string[]): void {
  let children: string[];
  try {
    children = readdirSync(folder).sort(byName);
  } catch {
    notes.push(`${folder}: the folder may not be read (no permission, or it vanished).`);
    return;
  }
  for (const child of children) {
    const path = join(folder, child);
    const stats = look(path);
    if (child.startsWith('.') || otherFiles.test(child) || stats === undefined) passedOver.push(path);
    else if (!stats.isDirectory()) {
      // Pipes and devices within a folder would wait for ever.
      if (stats.isFile()) inputs.push(input(path, stats, name));
      else passedOver.push(path);
    } else if (depth < folderDepth && !isLink(path)) walk(path, depth + 1, inputs, passedOver, name, notes);
    else notes.push(`${path}: the folder was not entered (a link, or more than ${folderDepth} folders deep).`);
  }
}

function input(path: string, stats: Stats, name: string | undefined): FileInput {
  const found: FileInput = { path, file: path };
  if (name !== undefined) found.name = name;
  if (stats.isFile()) found.storedBytes = stats.size;
  return found;
}

/** One path, or the same bytes under two names, is read once; the first in the order of names stays. */
function onlyOnce(found: FileInput[], notes: string[]): FileInput[] {
  const byPath = new Map<string, FileInput>();
  for (const candidate of found) {
    const key = realPath(candidate.path);
    const known = byPath.get(key);
    if (known === undefined) byPath.set(key, candidate);
    else notes.push(`${candidate.file}: given twice (as ${known.file}); it is read once.`);
  }
  const inputs = [...byPath.values()].sort((left, right) => byName(left.path, right.path));
  const copies = sameBytes(inputs);
  for (const [copy, first] of copies) notes.push(`${copy.file}: the same bytes as ${first.file}; they are read once.`);
  return inputs.filter((candidate) => !copies.has(candidate));
}

function realPath(path: string): string {
  if (path === '-') return path;
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // Exists perhaps, and may not be looked at; the reader says so.
    return undefined;
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** By code units, the same on every machine. */
function byName(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
