/** Groups in order of when they are due: a binary heap; what was put in twice is told apart when it comes out. */
import type { GroupRecord } from './state.ts';

interface Due {
  dueMs: number;
  order: number;
  group: GroupRecord;
}

export class DueGroups {
  readonly #heap: Due[] = [];

  add(group: GroupRecord): void {
    const heap = this.#heap;
    let at = heap.length;
    const due: Due = { dueMs: group.dueMs, order: group.order, group };
    heap.push(due);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(due, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = due;
  }

  /** When the first is due; Infinity where none is. `isAlive` tells groups that were forgotten. */
  nextMs(isAlive: (group: GroupRecord) => boolean): number {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.dueMs === first.group.dueMs && isAlive(first.group)) return first.dueMs;
      this.take();
    }
    return Infinity;
  }

  /** The first, whatever it is. */
  take(): GroupRecord | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.group;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return first.group;
  }
}

function isBefore(left: Due, right: Due): boolean {
  return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.order < right.order);
}
