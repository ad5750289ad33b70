/** Variables of an environment by which foreign code is loaded into a program. Nothing else of an environment is told. */
import { maskText } from './mask-arguments.ts';
import { readText } from './read.ts';

/** Always told: whatever they name is loaded. */
const loads = new Set(['LD_PRELOAD', 'LD_AUDIT']);
/** Told where they lead to a file or folder; options without a path are an application's own business. */
const leads = new Set(['PYTHONSTARTUP', 'NODE_OPTIONS', 'PERL5OPT', 'PERL5LIB', 'BASH_ENV', 'ENV', 'RUBYOPT', 'JAVA_TOOL_OPTIONS', 'PYTHONPATH', 'NODE_PATH', 'LD_LIBRARY_PATH']);
/** Search paths are ordinary, but for places where anybody may write. */
const searches = new Set(['PYTHONPATH', 'NODE_PATH', 'PERL5LIB', 'LD_LIBRARY_PATH', 'JAVA_TOOL_OPTIONS']);
const writable = /(?:^|[:=\s])\/(?:tmp|var\/tmp|dev\/shm|run)(?:\/|:|$|\s)/;
const environmentBytes = 65_536;
const toldLimit = 8;

/** `NAME=value`, at most 8; undefined where the environment may not be read. */
export function readPreloads(folder: string): string[] | undefined {
  const text = readText(`${folder}/environ`, environmentBytes);
  if (text === undefined) return undefined;
  const found: string[] = [];
  for (let start = 0; start < text.length && found.length < toldLimit; ) {
    let end = text.indexOf('\0', start);
    if (end < 0) end = text.length;
    const equals = text.indexOf('=', start);
    if (equals > start && equals < end && equals - start < 24) {
      const name = text.slice(start, equals);
      const value = text.slice(equals + 1, Math.min(end, equals + 513));
      if (isTelling(name, value)) found.push(maskText(`${name}=${value}`));
    }
    start = end + 1;
  }
  return found;
}

function isTelling(name: string, value: string): boolean {
  if (loads.has(name)) return value !== '';
  if (!leads.has(name)) return false;
  return searches.has(name) ? writable.test(value) : value.includes('/');
}
