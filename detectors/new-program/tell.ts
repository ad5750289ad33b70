/** Evidence in sentences: which program, started by whom, and what about it is new. */
import type { Evidence, ProcessActivity, SetView } from '#contract';
import { counted, spanned } from '../phrase.ts';
import { plainName, processSaid, quoted, said, titled, userSaid } from '../process-phrase.ts';
import { kindSaid } from '../program-kinds.ts';
import { toolName } from '../program-key.ts';
import type { News } from './news.ts';

function titleOf({ what, parent, words }: News, activity: ProcessActivity, name: string): string {
  const program = said(activity.program).slice(1, -1);
  switch (what) {
    case 'program':
      return `${name} ${activity.foundBy === 'open' ? 'opened' : 'started'} ${program}, a program it never ran`;
    case 'call':
      return `${name} started ${program} in a way it never did`;
    case 'words':
      return `${name} gave a shell ${plainName((words ?? []).join(', '), 60)} to run, which it never did`;
    case 'parent':
      return `${name} started ${program} from ${said(parent!).slice(1, -1)}, which never started it`;
    case 'user':
      return `${name} started ${program} as ${userSaid(activity.userId)}, which it never did`;
  }
}

/** What is known instead. */
function unlike({ what, kind }: News, activity: ProcessActivity): string {
  const tool = quoted(toolName(activity.program, activity.arguments));
  switch (what) {
    case 'program':
      return `${tool} is ${kindSaid[kind]} that this service was never seen to run`;
    case 'call':
      return `${tool} is known here, called with other scripts or text`;
    case 'words':
      return `the shell is known here, what it was given to run is not`;
    case 'parent':
      return `${tool} (${kindSaid[kind]}) is known here, started by others`;
    case 'user':
      return `${tool} is known here, run by other users`;
  }
}

export function tell(news: News, activity: ProcessActivity, name: string, programs: SetView): Pick<Evidence, 'object' | 'title' | 'summary' | 'observed' | 'expected' | 'unit' | 'quiet' | 'lookFirst'> {
  const { count, sinceMs, untilMs, days } = programs.history;
  const span = days > 1 ? counted(days, 'day') : spanned(untilMs - sinceMs);
  const object = plainName(news.object);
  return {
    object,
    title: titled(titleOf(news, activity, name)),
    summary: `${processSaid(activity)}; ${unlike(news, activity)} (${counted(count, 'sighting')} over ${span}).`,
    observed: object,
    expected: `one of the programs known here`,
    unit: 'program',
    quiet: 'The same on 3 days, or by 3 tasks on 2 days, or during a teaching, or a person who accepts it into the baseline.',
    lookFirst: activity.lineage.length === 0 ? 'What else was started at that moment, for its parent could not be known.' : `What ${said(activity.lineage[0]!)} was asked to do at that moment, and what ${said(activity.program)} did next.`,
  };
}
