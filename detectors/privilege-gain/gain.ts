/** What rights a process gained, and how; undefined where it has as many as before, or fewer. */
import type { ProcessActivity } from '#contract';
import { toolName } from '../program-key.ts';

export interface Gain {
  /** `asked`: a tool that is there to change users; `within`: without another program being run. */
  kind: 'root' | 'capabilities' | 'asked' | 'within';
  capabilities: readonly string[];
}

const askingTools = /^(?:sudo|sudo-rs|su|doas|pkexec|runuser|newgrp)$/;

export function gainOf(activity: ProcessActivity): Gain | undefined {
  const { userId, realUserId, parentUserId, gainedCapabilities = [], isPrivilegedFile, hasNoNewPrivileges, program, lineage, arguments: words, foundBy } = activity;
  if (activity.activity === 'set-user') return { kind: 'within', capabilities: gainedCapabilities };
  if (activity.activity !== 'launch' || foundBy === 'open') return undefined;
  const isByOther = parentUserId > 0;
  // A fork has what its parent had when it forked; the parent may have dropped its own rights since.
  const isFork = program.path !== '' && lineage[0]?.path === program.path && isPrivilegedFile !== true;
  if (isFork) return undefined;
  const gainsRoot = userId === 0 && (isByOther || realUserId > 0);
  const isTool = askingTools.test(toolName(program, words));
  if (isTool && (gainsRoot || (isPrivilegedFile === true && (isByOther || userId > 0) && hasNoNewPrivileges !== true))) return { kind: 'asked', capabilities: gainedCapabilities };
  if (gainsRoot) return { kind: 'root', capabilities: gainedCapabilities };
  if (gainedCapabilities.length > 0 && (isByOther || userId > 0)) return { kind: 'capabilities', capabilities: gainedCapabilities };
  return undefined;
}
