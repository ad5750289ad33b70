/** Whether a launch is news: the program, the way it was called, who started it, what its text names, as whom. */
import type { ProcessActivity, Program, Severity } from '#contract';
import { isPowerful, kindOfProgram, type ProgramKind } from '../program-kinds.ts';
import { invocationOf, isSystemPlace, isWritablePlace, pathKey, programKey, toolName } from '../program-key.ts';
import { directStarterOf, isCallInDoubt, isCallKnown, isDoor, isFork, isGlimpse, isPairKnown, isProgramKnown, isSeenAlone, isStarter, isUserNew, isWayKnown, nameKey, starterOf, wordsOf, type Views } from './known.ts';

export interface News {
  what: 'program' | 'call' | 'parent' | 'words' | 'user';
  kind: ProgramKind;
  object: string;
  severity: Severity;
  score: number;
  /** Who started it, where that is part of the news. */
  parent?: Program;
  /** Tools that the text given to a shell names, new ones. */
  words?: string[];
}

export function newsOf(views: Views, activity: ProcessActivity): News | undefined {
  const { program, arguments: words } = activity;
  if (isDoor(activity)) return undefined;
  const kind = kindOfProgram(toolName(program, words));
  if (isFork(activity) && (kind !== 'interpreter' && kind !== 'shell')) return undefined;
  if (!isProgramKnown(views, activity)) return newProgram(views, activity, kind);
  if (isGlimpse(activity)) return undefined;
  return newCall(views, activity, kind) ?? newWords(views, activity, kind) ?? newParent(views, activity, kind, directStarterOf(activity)) ?? newUser(views, activity, kind);
}

function newProgram(views: Views, activity: ProcessActivity, kind: ProgramKind): News | undefined {
  const { program, lineage, arguments: words, executable, isOfImage } = activity;
  if (kind === 'ordinary' && executable !== 'writable-place' && isOfImage !== false && (program.path === '' || isSystemPlace(program.path))) {
    // What was opened may have been only read; and no teaching is sure to see every short step of a script.
    if (isGlimpse(activity)) return undefined;
    const [parent] = lineage;
    if (parent === undefined) return undefined;
    if (kindOfProgram(toolName(parent)) === 'shell' && isProgramKnown(views, { ...activity, program: parent, arguments: [] })) return undefined;
    return { what: 'program', kind, object: pathKey(program, words), severity: 'low', score: 0.6 };
  }
  if (isStepInTheDark(views, activity, kind)) return undefined;
  const isForeign = executable === 'writable-place' || executable === 'memory' || isWritablePlace(program.path);
  const severity = isForeign || kind === 'network' || kind === 'debugger' ? 'high' : 'medium';
  return { what: 'program', kind, object: pathKey(program, words), severity, score: isForeign ? 0.95 : isPowerful(kind) ? 0.85 : 0.75 };
}

/**
 * Where executables cannot be read, openings of files cannot be seen either, and short steps are missed while they are
 * learned. The shell that takes them lives longer: it is known, and how it was called has been judged.
 */
function isStepInTheDark(views: Views, activity: ProcessActivity, kind: ProgramKind): boolean {
  const [parent, ...above] = activity.lineage;
  if (activity.program.path !== '' || kind === 'other' || kind === 'shell' || parent === undefined || kindOfProgram(toolName(parent)) !== 'shell') return false;
  const shell = { ...activity, program: parent, arguments: [], lineage: above };
  const starter = starterOf(shell);
  return starter === undefined ? isProgramKnown(views, shell) : isPairKnown(views, starter, shell);
}

/** A call that may be usual, and was missed while it was learned. */
function isInDoubt(views: Views, activity: ProcessActivity): boolean {
  const starter = starterOf(activity);
  return isCallInDoubt(views, activity) && (starter === undefined || isStarter(views, starter));
}

function newCall(views: Views, activity: ProcessActivity, kind: ProgramKind): News | undefined {
  const called = invocationOf(activity);
  if (called === undefined || isCallKnown(views, activity)) return undefined;
  const object = programKey(activity);
  if (called.kind === 'script' && isWritablePlace(called.what)) return { what: 'call', kind, object, severity: 'high', score: 0.9 };
  if (called.kind === 'interactive' || called.kind === 'stdin') return { what: 'call', kind, object, severity: 'high', score: 0.9 };
  // Text for a shell varies with its every use; the tools it names are looked at by themselves.
  if (kind === 'shell' && called.kind === 'inline') {
    if (isWayKnown(views, activity, 'inline')) return undefined;
    const starter = starterOf(activity);
    if (isSeenAlone(views, activity) && starter !== undefined && isPairKnown(views, starter, activity)) return undefined;
  }
  if (isInDoubt(views, activity)) return undefined;
  return { what: 'call', kind, object, severity: 'medium', score: 0.8 };
}

function newWords(views: Views, activity: ProcessActivity, kind: ProgramKind): News | undefined {
  const fresh = wordsOf(activity).filter((word) => isPowerful(kindOfProgram(word)) && !views.programs.of(nameKey(word)).isUsual);
  if (fresh.length === 0) return undefined;
  return { what: 'words', kind, object: `${pathKey(activity.program, activity.arguments)} -c ${fresh.toSorted().join(' ')}`, severity: 'medium', score: 0.8, words: fresh };
}

function newParent(views: Views, activity: ProcessActivity, kind: ProgramKind, direct: Program | undefined): News | undefined {
  const isRisky = isPowerful(kind);
  const starter = isRisky ? starterOf(activity) : direct;
  if (starter === undefined || isPairKnown(views, starter, activity)) return undefined;
  const own = pathKey(activity.program, activity.arguments);
  if (pathKey(starter) === own) return undefined;
  const isStarting = isStarter(views, starter);
  if (isSeenAlone(views, activity) && (!isRisky || isStarting)) return undefined;
  if (!isRisky && isStarting) return undefined;
  return { what: 'parent', kind, object: `${pathKey(starter)} → ${own}`, severity: isRisky ? 'medium' : 'low', score: isRisky ? 0.8 : 0.6, parent: starter };
}

function newUser(views: Views, activity: ProcessActivity, kind: ProgramKind): News | undefined {
  // Services change their own user after they began; tools do not.
  if (!isPowerful(kind) || kind === 'interpreter' || !isUserNew(views, activity) || isSeenAlone(views, activity)) return undefined;
  return { what: 'user', kind, object: `${pathKey(activity.program, activity.arguments)} as ${activity.userId}`, severity: activity.userId === 0 ? 'medium' : 'low', score: 0.7 };
}
