/** What log lines cost: FireLens records through the scan, and templates alone, against a bare loop over the same file. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printFigures, type Figure } from './figure.ts';
import type { FargazerEvent, Intake, LogRecord } from '#contract';
import { createFireLensScan } from '../src/decode/log/firelens-scan.ts';
import { openFireLens } from '../src/decode/log/firelens.ts';
import { lineTemplate } from '../src/decode/template.ts';

/** Numbers that repeat from a seed (mulberry32, public domain). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = numbers(20_261_124);
const below = (limit: number): number => Math.floor(random() * limit);
const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)]!;
const hex = (length: number): string => Array.from({ length }, () => below(16).toString(16)).join('');
const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
const address = (): string => `10.${below(4)}.${below(256)}.${below(256)}`;
const letters = (length: number): string => Array.from({ length }, () => 'abcdefghijklmnopqrstuvwxyz'[below(26)]).join('');
const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy', 'mallory', 'niaj', 'olivia', 'peggy', 'rupert', 'sybil', 'trent', 'victor', 'walter', 'zoë'];
const person = (): string => (random() < 0.8 ? `user${below(50_000)}` : pick(people));
/** Mostly with digits, now and then without. */
const id = (): string => (random() < 0.01 ? letters(8) : uuid());

type Maker = (at: string) => string;

const texts: readonly Maker[] = [
  (at) => `${at} INFO  [http-nio-8080-exec-${below(20)}] c.e.shop.OrderController : Order ${id()} placed by ${person()} total=${(random() * 500).toFixed(2)} EUR items=${1 + below(9)} in ${below(900)} ms`,
  (at) => `${at} DEBUG [pool-2-thread-${below(8)}] c.e.shop.cache.CacheManager : Cache miss for key product:${below(90_000)}:stock:${pick(['eu', 'us', 'ap'])} took ${below(40)} ms`,
  () => `${address()} - ${person()} "${pick(['GET', 'POST', 'PUT'])} /api/v${1 + below(3)}/orders/${below(1e6)}?page=${below(30)} HTTP/1.1" ${pick([200, 200, 201, 304, 404])} ${below(20_000)} "-" "okhttp/4.${below(12)}.0" rt=${random().toFixed(3)}`,
  (at) => `${at} WARN  retrying upstream ${address()}:${8_000 + below(999)} after ${below(5_000)}ms: connection reset by peer (request ${id()}, attempt ${1 + below(5)} of 5)`,
  (at) => `[${at}] worker.${below(16)} processed batch ${hex(12)} with ${below(500)} messages from queue ${pick(['orders', 'mail', 'invoices'])}, lag ${below(9_000)}`,
  (at) => `${at} ERROR Failed to charge card for customer ${person()}: ${pick(['insufficient funds', 'card expired', 'issuer timeout'])} (gateway code ${below(90)}, reference ${id()})`,
  () => `\tat com.example.shop.payment.${pick(['Gateway', 'Ledger', 'Retry'])}Client.${pick(['charge', 'refund', 'call'])}(${pick(['Gateway', 'Ledger', 'Retry'])}Client.java:${below(400)}) ~[shop-1.${below(9)}.${below(9)}.jar!/:na]`,
];
const json: readonly Maker[] = [
  (at) => JSON.stringify({ level: 'info', ts: at, msg: `request completed in ${below(900)} ms`, method: pick(['GET', 'POST']), path: `/api/cart/${below(99_999)}`, status: pick([200, 201, 204, 404]), user: person(), requestId: id() }),
  (at) => JSON.stringify({ level: 30, time: Date.parse(at), pid: 1, reqId: id(), req: { method: 'GET', url: `/products/${below(9_999)}` }, res: { statusCode: 200 }, responseTime: below(300), msg: 'request completed' }),
  (at) => JSON.stringify({ '@timestamp': at, 'log.level': pick(['INFO', 'INFO', 'WARN']), message: `Session ${id()} of ${person()} ${pick(['opened', 'renewed', 'closed'])} from ${address()}`, 'service.name': 'session', 'log.logger': 'c.e.Session', 'trace.id': hex(16) }),
  (at) => JSON.stringify({ severity: pick(['INFO', 'DEBUG']), timestamp: at, message: pick(['stock updated', 'price updated', 'product indexed']), sku: `SKU-${below(99_999)}`, warehouse: pick(['berlin', 'lyon', 'porto']), quantity: below(500), by: person(), tags: [pick(people), pick(people)] }),
  (at) => JSON.stringify({ level: 'error', ts: at, msg: `payment declined for order ${below(1e6)}`, error: { type: pick(['CardError', 'GatewayTimeout']), message: `declined with code ${below(99)}` }, orderId: id(), amount: below(90_000), currency: 'EUR' }),
];

const services = ['checkout', 'cart', 'catalog', 'payment', 'shipping', 'session', 'mail', 'gateway'] as const;

/** Writes `count` lines of 40 tasks in order of time, about 300 a second; the number of bytes. */
export function writeLines(path: string, count: number): number {
  const tasks = Array.from({ length: 40 }, (_, index) => ({ service: services[index % services.length]!, task: hex(32), suffix: below(1e10), revision: 1 + below(60) }));
  const file = openSync(path, 'w');
  let bytes = 0;
  let lines: string[] = [];
  let timeMs = Date.UTC(2026, 4, 4, 9);
  for (let index = 0; index < count; index += 1) {
    timeMs += below(7) < 3 ? 0 : below(12);
    const at = new Date(timeMs).toISOString();
    const { service, task, suffix, revision } = pick(tasks);
    const kind = services.indexOf(service);
    // Each service has words of its own: four of the texts, three of the JSON forms.
    const maker = random() < 0.5 ? texts[(kind + below(4)) % texts.length]! : json[(kind + below(3)) % json.length]!;
    lines.push(JSON.stringify({
      date: `${at.slice(0, 23)}${String(below(1_000)).padStart(3, '0')}Z`,
      source: kind % 3 === 0 && random() < 0.1 ? 'stderr' : 'stdout',
      log: maker(at),
      container_id: `${task}-${suffix}`,
      container_name: service,
      ecs_cluster: 'shop',
      ecs_task_arn: `arn:aws:ecs:eu-west-1:111122223333:task/shop/${task}`,
      ecs_task_definition: `${service}:${revision}`,
    }));
    if (lines.length === 2_000 || index === count - 1) {
      bytes += writeSync(file, `${lines.join('\n')}\n`);
      lines = [];
    }
  }
  closeSync(file);
  return bytes;
}

const chunkSize = 1_048_576;

/** Hands on each chunk with what was left of the one before; `use` returns how many bytes it consumed. */
function eachChunk(path: string, use: (chunk: Buffer) => number): void {
  const file = openSync(path, 'r');
  let buffer = Buffer.allocUnsafe(2 * chunkSize);
  let next = Buffer.allocUnsafe(2 * chunkSize);
  let filled = 0;
  for (;;) {
    const read = readSync(file, buffer, filled, chunkSize, null);
    if (read === 0) break;
    filled += read;
    const consumed = use(buffer.subarray(0, filled));
    buffer.copy(next, 0, consumed, filled);
    filled -= consumed;
    [buffer, next] = [next, buffer];
  }
  closeSync(file);
}

/** The yardstick: 1 MiB chunks, split at newline, `JSON.parse` per line. */
export function bareLoop(path: string, see?: (log: string) => void): number {
  let parsed = 0;
  eachChunk(path, (chunk) => {
    const end = chunk.lastIndexOf(10) + 1;
    for (const line of chunk.toString('utf8', 0, end).split('\n')) {
      if (line === '') continue;
      const record = JSON.parse(line) as { log: string };
      parsed += 1;
      if (see !== undefined) see(record.log);
    }
    return end;
  });
  return parsed;
}

/** An intake that keeps one event per container, kind and minute, and starts anew every minute. */
function countingIntake(): Intake & { events: number; kept: number } {
  let standing = new Map<string, LogRecord>();
  let minute = 0;
  const intake = {
    generation: 0,
    events: 0,
    kept: 0,
    take(event: FargazerEvent): FargazerEvent {
      if (event.kind !== 'log') return event;
      const now = Math.floor(event.timeMs / 60_000);
      if (now > minute) {
        for (const kept of standing.values()) intake.events += kept.count;
        minute = now;
        standing = new Map();
        intake.generation += 1;
      }
      const key = `${event.subject.task}/${event.subject.container}/${event.templateId}/${now}`;
      const before = standing.get(key);
      if (before === undefined) {
        standing.set(key, event);
        intake.kept += 1;
        return event;
      }
      before.count += event.count;
      return before;
    },
  };
  return intake;
}

function scan(path: string): { events: number; kept: number; recognised: number; lines: number } {
  const run = openFireLens();
  const intake = countingIntake();
  const fireLens = createFireLensScan({ intake, run, file: path });
  let lines = 0;
  let recognised = 0;
  eachChunk(path, (chunk) => {
    const scanned = fireLens.scanChunk(chunk, 0, lines + 1, (start, end, line) => {
      const text = chunk.toString('utf8', start, end);
      const decoded = run.decode({ text, value: JSON.parse(text), origin: { file: path, line } });
      if (!('events' in decoded)) return [];
      for (const event of decoded.events) intake.take(event);
      return decoded.events;
    });
    lines += scanned.lines;
    recognised += scanned.recognised;
    return scanned.consumed;
  });
  return { events: intake.events, kept: intake.kept, recognised, lines };
}

function timed(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** What else runs on the machine only ever adds time: the least is the truest. */
const least = (values: readonly number[]): number => Math.min(...values);

/** Rounds alternate, so that a busy machine slows all alike; the fastest of each are compared. */
export async function run(count = Number(process.env['LINES'] ?? 1_000_000), rounds = 5): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-bench-'));
  try {
    const path = join(folder, 'firelens.jsonl');
    const bytes = writeLines(path, count);
    const logs: string[] = [];
    const bare: number[] = [];
    const scanned: number[] = [];
    const alone: number[] = [];
    const kinds = new Set<string>();
    let last = { events: 0, kept: 0, recognised: 0, lines: 0 };
    // Templates are taken from decoded messages; 200,000 of them fit beside everything else.
    bareLoop(path, (log) => { if (logs.length < 200_000) logs.push(log); });
    for (let round = 0; round < rounds; round += 1) {
      bare.push(timed(() => bareLoop(path)));
      scanned.push(timed(() => { last = scan(path); }));
      alone.push(timed(() => { for (const log of logs) kinds.add(lineTemplate(log).templateId); }) * (count / logs.length));
    }
    const base = least(bare);
    const perLine = (ms: number): string => `${((ms * 1e6) / count).toFixed(0)} ns a line`;
    const share = ((100 * last.recognised) / last.lines).toFixed(2);
    return [
      { name: 'FireLens lines through the scan', value: base / least(scanned), unit: '× the speed of the bare loop', detail: `${perLine(least(scanned))} against ${perLine(base)} of the bare loop; ${count} lines of ${(bytes / count).toFixed(0)} bytes, ${share} % recognised, ${last.kept} events kept` },
      { name: 'log templates alone', value: base / least(alone), unit: '× the speed of the bare loop', reach: '1.5', detail: `${perLine(least(alone))}; ${kinds.size} kinds` },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) printFigures(await run());
