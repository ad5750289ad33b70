/** Where a program lies, as far as it can be known; undefined for programs of the image. */
import type { ProcessActivity } from '#contract';
import { invocationOf, isWritablePlace, maskedPath } from '../program-key.ts';

export interface Origin {
  place: 'memory' | 'deleted' | 'writable-place' | 'script' | 'added';
  path: string;
  /** The path with what varies masked. */
  key: string;
}

/** The runtime's own first step inside a container lies in memory; it comes from outside, so that it has no parent here. */
function isRuntimeStep({ program, lineage }: ProcessActivity): boolean {
  return lineage.length === 0 && /^\/?memfd:runc_cloned:/.test(program.path) && /^(?:runc|exe|\d+)\b/.test(program.name);
}

export function originOf(activity: ProcessActivity): Origin | undefined {
  const { program, lineage, executable, isOfImage, arguments: words } = activity;
  const path = program.path === '' ? (words[0] ?? '') : program.path;
  const at = (place: Origin['place'], of = path): Origin => ({ place, path: of, key: maskedPath(of) });
  // A fork runs what its parent was told of.
  const isFork = program.path !== '' && lineage[0]?.path === program.path;
  const called = invocationOf(activity);
  if (called?.kind === 'script' && isWritablePlace(called.what)) return at('script', called.what);
  if (isFork || isRuntimeStep(activity)) return undefined;
  if (executable === 'memory' || /^\/?memfd:/.test(path)) return at('memory');
  if (executable === 'writable-place' || isWritablePlace(path)) return at('writable-place');
  if (executable === 'deleted') return at('deleted');
  return isOfImage === false && program.path !== '' ? at('added') : undefined;
}

export function originKey(activity: ProcessActivity): string {
  const origin = originOf(activity);
  return origin === undefined ? `file ${maskedPath(activity.program.path)}` : `${origin.place} ${origin.key}`;
}
