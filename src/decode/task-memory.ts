/** What a stream of task metadata has told about its containers: stats name them by id alone. */
import type { Subject } from '#contract';

export interface KnownContainer {
  subject: Subject;
  /** Reserved by the container in CPU units and bytes; 0 where it reserves nothing of its own. */
  cpuUnits: number;
  memoryBytes: number;
}

/** Containers remembered of one stream; those first told of are forgotten first. */
const containerLimit = 10_000;

export class TaskMemory {
  readonly #containers = new Map<string, KnownContainer>();
  /** Latest time that a record of the stream carried, milliseconds; 0 before the first. */
  latestMs = 0;

  learn(dockerId: string, container: KnownContainer): void {
    if (dockerId === '') return;
    if (!this.#containers.has(dockerId) && this.#containers.size >= containerLimit) {
      const first = this.#containers.keys().next();
      if (first.done !== true) this.#containers.delete(first.value);
    }
    this.#containers.set(dockerId, container);
  }

  recall(dockerId: string): KnownContainer | undefined {
    return this.#containers.get(dockerId);
  }
}
