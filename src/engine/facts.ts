/** Facts: what records told about tasks, interfaces, addresses and names, as walked so far (E6). */
import type { DnsActivity, FargazerEvent, FeedName, JsonValue, Subject, TaskState } from '#contract';
import { hash32 } from './bound.ts';
import { minuteLengthMs, minuteOf, type Lateness } from './order.ts';

/** What is known of a task. Absent fields are not known. */
export interface TaskFacts {
  account?: string | undefined;
  region?: string | undefined;
  cluster?: string | undefined;
  service?: string | undefined;
  /** The slowest feed that may use `service`: facts flow to the same or a slower feed. */
  serviceLatenessMs: number;
  family?: string | undefined;
  revision?: string | undefined;
  startedMs?: number | undefined;
  /** When ECS first wanted it stopped. */
  stopWantedMs?: number | undefined;
  stoppedMs?: number | undefined;
  isVouched: boolean;
  lastSeenMs: number;
}

interface Holding {
  task: string;
  fromMs: number;
  toMs: number;
}

interface NameFact {
  name: string;
  /** First and latest look-up: flows are walked long after the answers of their time, which by then were often renewed. */
  fromMs: number;
  atMs: number;
}

/** Feeds that AWS writes from outside the task: what they say of a task vouches for it. */
const outsideFeeds: ReadonlySet<FeedName> = new Set(['ecs-event', 'flow-log', 'container-insights']);

/** A name looked up counts for its addresses this long: connection pools outlive the record's time to live. */
const nameMemoryMs = 24 * 3_600_000;
const addressLimit = 65_536;
const taskLimit = 200_000;
/** Each task holds an interface and an address: with fewer than tasks the oldest would be forgotten and found anew all the time. */
const holdingLimit = taskLimit;
/** A task unseen for two days is gone; its id is never given out again. */
const taskMemoryMs = 48 * 3_600_000;
/** Flow logs tell times up to a minute off. */
const inaccuracyMs = 60_000;

/** What the first record that tells it tells of a task for good. */
const namesOfTask = ['account', 'region', 'cluster', 'family', 'revision'] as const;

export class Facts {
  readonly tasks = new Map<string, TaskFacts>();
  readonly #interfaces = new Map<string, Holding[]>();
  readonly #addresses = new Map<string, Holding[]>();
  readonly #names = new Map<string, NameFact[]>();
  readonly #own = new Map<string, string[]>();
  readonly #vouched = new Set<number>();
  /** Rises whenever an attribution might come out otherwise than before. */
  epoch = 0;
  readonly isVouched = (voter: number): boolean => this.#vouched.has(voter);

  /** Something outside the task says that it exists. */
  vouchFor(task: string): void {
    this.#vouched.add(hash32(task));
  }

  /** Learns what an event tells beside its own meaning. Called for every row of the walk, before it is judged. */
  note(event: FargazerEvent, lateness: Lateness): void {
    const { subject } = event;
    if (subject.task !== undefined) this.#noteTask(event, subject, subject.task, lateness);
    if (event.kind === 'task') this.#noteState(event);
    else if (event.kind === 'dns') this.#noteAnswer(event);
    else if (event.kind === 'network' && subject.networkInterface !== undefined && event.side === 'unknown') {
      this.#noteOwn(subject.networkInterface, event.clientAddress, event.serverAddress);
    }
  }

  #noteTask(event: FargazerEvent, subject: Subject, id: string, lateness: Lateness): void {
    let task = this.tasks.get(id);
    if (task === undefined) {
      if (this.tasks.size >= taskLimit) this.#forgetTasks(event.timeMs);
      // All fields at once: added one by one they take twice the room.
      task = {
        account: undefined, region: undefined, cluster: undefined, service: undefined, serviceLatenessMs: Infinity, family: undefined,
        revision: undefined, startedMs: undefined, stopWantedMs: undefined, stoppedMs: undefined, isVouched: false, lastSeenMs: event.timeMs,
      };
      this.tasks.set(id, task);
      this.epoch += 1;
    }
    const minuteMs = minuteOf(event.timeMs) * minuteLengthMs;
    if (minuteMs > task.lastSeenMs) task.lastSeenMs = minuteMs;
    for (const name of namesOfTask) {
      if (task[name] !== undefined || subject[name] === undefined) continue;
      task[name] = subject[name];
      this.epoch += 1;
    }
    if (subject.service !== undefined && lateness[event.feed] < task.serviceLatenessMs) {
      task.service = subject.service;
      task.serviceLatenessMs = lateness[event.feed];
      this.epoch += 1;
    }
    if (!task.isVouched && outsideFeeds.has(event.feed)) {
      task.isVouched = true;
      this.#vouched.add(hash32(id));
    }
    if (event.kind === 'network' && subject.address !== undefined) this.#hold(this.#addresses, subject.address, id, event.startMs, event.timeMs, true);
  }

  #noteState(event: TaskState): void {
    const id = event.subject.task;
    if (id === undefined) return;
    const task = this.tasks.get(id)!;
    this.epoch += 1;
    task.startedMs ??= event.startedMs;
    if (event.desiredStatus === 'STOPPED') task.stopWantedMs ??= event.timeMs;
    if (event.status === 'STOPPED') task.stoppedMs ??= event.stoppedMs ?? event.timeMs;
    const fromMs = event.createdMs ?? event.timeMs;
    const toMs = task.stoppedMs ?? Infinity;
    if (event.networkInterface !== undefined) this.#hold(this.#interfaces, event.networkInterface, id, fromMs, toMs);
    for (const address of event.addresses) this.#hold(this.#addresses, address, id, fromMs, toMs);
  }

  /** A sighting shows that it was held, but not until when: it ends nothing. */
  #hold(holdings: Map<string, Holding[]>, name: string, task: string, fromMs: number, toMs: number, isSighting = false): void {
    let held = holdings.get(name) ?? [];
    const known = held.find((holding) => holding.task === task);
    if (known === undefined) {
      // An address given to a new task is no longer that of the one before.
      for (const holding of held) if (holding.toMs > fromMs && holding.fromMs < fromMs) holding.toMs = fromMs;
      held = [...held, { task, fromMs, toMs }];
      this.epoch += 1;
      if (held.length > 8) held.shift();
    } else {
      known.fromMs = Math.min(known.fromMs, fromMs);
      if (isSighting) known.toMs = Math.max(known.toMs, toMs);
      else known.toMs = toMs === Infinity ? known.toMs : toMs === known.toMs ? toMs : Math.max(toMs, known.toMs === Infinity ? toMs : known.toMs);
    }
    holdings.delete(name);
    holdings.set(name, held);
    if (holdings.size > holdingLimit) holdings.delete(holdings.keys().next().value!);
  }

  /** The task that held an interface or address during an interval, widened by the flow's inaccuracy. */
  taskOf(kind: 'interface' | 'address', name: string, startMs: number, endMs: number): string | undefined {
    const held = (kind === 'interface' ? this.#interfaces : this.#addresses).get(name);
    if (held === undefined) return undefined;
    for (let index = held.length - 1; index >= 0; index -= 1) {
      const holding = held[index]!;
      if (holding.fromMs - inaccuracyMs <= endMs && startMs <= holding.toMs + inaccuracyMs) return holding.task;
    }
    return undefined;
  }

  #noteAnswer(event: DnsActivity): void {
    for (const answer of event.answers) {
      if (!/^[\d.:a-fA-F]+$/.test(answer)) continue;
      const held = (this.#names.get(answer) ?? []).filter(({ atMs }) => atMs + nameMemoryMs > event.timeMs);
      const known = held.find(({ name }) => name === event.queryName);
      const names = held.filter((fact) => fact !== known);
      const fromMs = Math.min(known?.fromMs ?? event.timeMs, event.timeMs);
      names.unshift({ name: event.queryName, fromMs, atMs: Math.max(known?.atMs ?? event.timeMs, event.timeMs) });
      names.length = Math.min(names.length, 4);
      this.#names.delete(answer);
      this.#names.set(answer, names);
      if (this.#names.size > addressLimit) this.#names.delete(this.#names.keys().next().value!);
    }
  }

  /** Names looked up for an address and still fresh at a time, latest first. */
  namesOf(address: string, startMs: number, endMs: number): string[] {
    const names = this.#names.get(address);
    if (names === undefined) return [];
    return names
      .filter(({ fromMs, atMs }) => fromMs - inaccuracyMs <= endMs && startMs <= atMs + nameMemoryMs)
      .map(({ name }) => name);
  }

  /** The address of an interface is the one that is in all of its flows. */
  #noteOwn(networkInterface: string, left: string, right: string): void {
    const before = this.#own.get(networkInterface);
    if (before?.length === 1) return;
    this.epoch += 1;
    const both = [left, right];
    const own = before === undefined ? both : before.filter((address) => both.includes(address));
    if (this.#own.size > addressLimit) this.#own.delete(this.#own.keys().next().value!);
    this.#own.set(networkInterface, own.length === 0 ? both : own);
  }

  ownAddressOf(networkInterface: string): string | undefined {
    const own = this.#own.get(networkInterface);
    return own?.length === 1 ? own[0] : undefined;
  }

  #forgetTasks(nowMs: number): void {
    for (const [id, task] of this.tasks) {
      if (task.lastSeenMs + taskMemoryMs < nowMs) {
        this.tasks.delete(id);
        this.#vouched.delete(hash32(id));
      }
    }
    if (this.tasks.size < taskLimit) return;
    // Under attack (ids that never existed) the oldest go: a task that still works is soon seen again. Many at a time, for
    // each time looks at all of them.
    let left = taskLimit / 10;
    for (const id of this.tasks.keys()) {
      if (left-- === 0) break;
      this.tasks.delete(id);
    }
  }

  pack(): JsonValue {
    return JSON.parse(
      JSON.stringify({
        tasks: [...this.tasks].map(([id, task]) => [id, { ...task, serviceLatenessMs: finite(task.serviceLatenessMs) }]),
        interfaces: [...this.#interfaces].map(([name, held]) => [name, held.map(packHolding)]),
        addresses: [...this.#addresses].map(([name, held]) => [name, held.map(packHolding)]),
        names: [...this.#names],
        own: [...this.#own],
        vouched: [...this.#vouched],
      }),
    ) as JsonValue;
  }

  static unpack(packed: JsonValue): Facts {
    const facts = new Facts();
    const parts = packed as unknown as {
      tasks: [string, TaskFacts][];
      interfaces: [string, Holding[]][];
      addresses: [string, Holding[]][];
      names: [string, NameFact[]][];
      own: [string, string[]][];
      vouched: number[];
    };
    for (const [id, task] of parts.tasks) facts.tasks.set(id, { ...task, serviceLatenessMs: task.serviceLatenessMs ?? Infinity });
    for (const [name, held] of parts.interfaces) facts.#interfaces.set(name, held.map(unpackHolding));
    for (const [name, held] of parts.addresses) facts.#addresses.set(name, held.map(unpackHolding));
    for (const [name, names] of parts.names) facts.#names.set(name, names);
    for (const [name, own] of parts.own) facts.#own.set(name, own);
    for (const voter of parts.vouched) facts.#vouched.add(voter);
    return facts;
  }
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function packHolding(holding: Holding): object {
  return { ...holding, toMs: finite(holding.toMs) };
}

function unpackHolding(holding: Holding): Holding {
  return { ...holding, toMs: holding.toMs ?? Infinity };
}
