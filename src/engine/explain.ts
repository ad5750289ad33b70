/** The sentence on how much history stands behind a judgement. */
import { grouped, type BaselineView } from '#contract';

function counted(count: number, one: string, many: string): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

export function historySentence(view: BaselineView | undefined): string {
  if (view === undefined) return 'Needs no history: this is judged the same under any baseline.';
  const { history } = view;
  if (history.count === 0) {
    return view.isReady ? 'Nothing of this kind was seen while the service was learned.' : 'Still learning: nothing of this kind was seen before.';
  }
  const since = new Date(history.sinceMs).toISOString().slice(0, 16).replace('T', ' ');
  const parts = [counted(history.count, 'observation', 'observations'), `over ${counted(Math.max(1, history.days), 'day', 'days')}`];
  if (history.tasks > 0) parts.push(`and ${counted(history.tasks, 'task or session', 'tasks or sessions')}`);
  const whose = view.isBorrowed ? ', of the whole that contains it, for it has too little history of its own' : '';
  const state = view.isReady ? '' : ' Still learning.';
  return `Judged against ${parts.join(' ')} since ${since} UTC${whose}.${state}`;
}
