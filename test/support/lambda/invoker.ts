/**
 * A bare invoker: calls a bundled handler in a process of its own as Lambda would. Between invocations the process is
 * stopped (SIGSTOP), as a container is frozen; one whose time is over is killed, and the next call starts another.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Call {
  id: string;
  event: unknown;
  timeoutMs: number;
  /** What the container's clock says; the real time where absent. */
  nowMs?: number;
  /** Each look at the time left takes so much of it, and nothing else does: short time without a clock. */
  askMs?: number;
}

export interface Answer {
  id: string;
  importMs: number;
  result?: unknown;
  failure?: { name: string; message: string };
}

export interface InvokerSettings {
  bundle: string;
  environment: Record<string, string>;
  /** Of an invocation, unless it says otherwise. */
  timeoutMs?: number;
}

export class InvocationFailed extends Error {}

export class Invoker {
  /** What the function wrote, a line each. */
  readonly lines: string[] = [];
  /** Processes started. */
  starts = 0;
  importMs = Number.NaN;
  readonly #settings: InvokerSettings;
  #child: ChildProcess | undefined;
  #count = 0;

  constructor(settings: InvokerSettings) {
    this.#settings = settings;
  }

  /** Throws `InvocationFailed` with the message of the handler, or where it was killed for its time. */
  async invoke(event: unknown, { timeoutMs = this.#settings.timeoutMs ?? 30_000, nowMs, askMs }: { timeoutMs?: number; nowMs?: number; askMs?: number } = {}): Promise<unknown> {
    const child = await this.#thawed();
    const id = `invocation-${(this.#count += 1)}`;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const onMessage = (answer: Answer): void => resolve(answer);
    const onExit = (): void => reject(new InvocationFailed('the process of the function ended'));
    child.once('message', onMessage);
    child.once('exit', onExit);
    // Lambda ends an invocation shortly behind its time.
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs + 200);
    child.send({ id, event: JSON.parse(JSON.stringify(event)) as unknown, timeoutMs, ...(nowMs === undefined ? {} : { nowMs }), ...(askMs === undefined ? {} : { askMs }) } satisfies Call);
    try {
      const answer = await promise;
      this.importMs = answer.importMs;
      if (answer.failure !== undefined) throw new InvocationFailed(answer.failure.message);
      return answer.result;
    } catch (error) {
      if (child.exitCode !== null || child.signalCode !== null) this.#child = undefined;
      throw error;
    } finally {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      if (this.#child !== undefined) child.kill('SIGSTOP');
    }
  }

  /** Lines of the log that tell an event, and of metrics none. */
  told(event: string): Record<string, unknown>[] {
    return this.lines.flatMap((line) => {
      if (!line.startsWith('{')) return [];
      const value = JSON.parse(line) as Record<string, unknown>;
      return value['event'] === event ? [value] : [];
    });
  }

  /** Sum of a metric in the embedded format. */
  metric(name: string): number {
    let sum = 0;
    for (const line of this.lines) {
      if (!line.startsWith('{"_aws"') && !line.includes('"CloudWatchMetrics"')) continue;
      const value = (JSON.parse(line) as Record<string, unknown>)[name];
      for (const one of Array.isArray(value) ? value : [value]) if (typeof one === 'number') sum += one;
    }
    return sum;
  }

  /** The container goes, as Lambda's do; the next call starts another. */
  async end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async #thawed(): Promise<ChildProcess> {
    if (this.#child !== undefined) {
      this.#child.kill('SIGCONT');
      return this.#child;
    }
    const { bundle, environment } = this.#settings;
    const child = fork(join(import.meta.dirname, 'runtime.ts'), [bundle], { silent: true, env: environment, execArgv: ['--disable-warning=ExperimentalWarning'] });
    this.starts += 1;
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        this.lines.push(...lines);
      });
    }
    const exited = once(child, 'exit').then(() => {
      throw new InvocationFailed(`the function did not start:\n${this.lines.slice(-20).join('\n')}`);
    });
    exited.catch(() => undefined);
    await Promise.race([once(child, 'message'), exited]);
    this.#child = child;
    return child;
  }
}
