/** Traces: the recent past of tasks. Those of the tasks seen last are objects, the others one packed text each. */
import { tracesOf, type Instance, type Traces } from './owners.ts';
import { packValue } from './packed-value.ts';

/** Traces a task may have, of all detectors together. */
const traceLimit = 256;

/** Tasks whose traces are objects: a hundred thousand tasks would hold ten times the memory. */
const awakeLimit = 4_096;

export class TraceKeeper {
  /** Instances whose traces are unpacked, written over in turn. */
  readonly #awake: Instance[] = [];
  #nextAwake = 0;
  /** Where the next trace is looked for first. */
  #next = 0;

  /** The trace of an instance under a key, made where it has none. */
  of(instance: Instance, key: string, create: () => unknown): unknown {
    const traces = Array.isArray(instance.traces) ? instance.traces : this.#wake(instance);
    // Minute by minute the metrics of a task come in one order, and so do their traces.
    const near = this.#next < traces.length ? this.#next : 0;
    const at = traces[near] === key ? near : traces.indexOf(key);
    if (at >= 0) {
      this.#next = at + 2;
      return traces[at + 1];
    }
    const trace = create();
    // Beyond the bound a task that sends ever new metrics has no past.
    if (traces.length < 2 * traceLimit) instance.traces = [...traces, key, trace];
    return trace;
  }

  /** Unpacks an instance's traces, and packs those of the one that was unpacked longest ago. */
  #wake(instance: Instance): Traces {
    const longest = this.#awake[this.#nextAwake];
    if (longest !== undefined && Array.isArray(longest.traces)) longest.traces = packValue(longest.traces);
    this.#awake[this.#nextAwake] = instance;
    this.#nextAwake = (this.#nextAwake + 1) % awakeLimit;
    const traces = tracesOf(instance);
    instance.traces = traces;
    return traces;
  }
}
