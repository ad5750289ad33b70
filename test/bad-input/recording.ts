/** A recording with one alert in it, for what stands around bad input, and what every run on bad input is held to. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { flowFields, flowLine } from '#contract';
import { fargazer, home } from '../support/stories.ts';

export const main = join(home, 'src/entry/cli/main.ts');

/** A folder of the test's own, removed after it. */
export function folder(context: TestContext, files: Record<string, string | Buffer> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'fargazer-bad-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

const startMs = Date.UTC(2026, 0, 5, 6);
const minutes = 120;
/** Minute of the connection that must alert. */
const strangeMinute = 110;
export const strangeAddress = '203.0.113.77';

function connection(minute: number, to: string, port: number): string {
  return JSON.stringify({
    ts: startMs / 1_000 + minute * 60 + 5, uid: `C${minute}x${to.replaceAll('.', '')}`,
    'id.orig_h': '10.0.0.5', 'id.orig_p': 40_000 + minute, 'id.resp_h': to, 'id.resp_p': port,
    proto: 'tcp', duration: 1.5, orig_bytes: 1_200, resp_bytes: 4_000, conn_state: 'SF', orig_pkts: 4, resp_pkts: 5,
  });
}

function flow(minute: number, to: string, port: number, service: string): string {
  return flowLine({ at: startMs + minute * 60_000, service, task: 1, to, port, bytes: 1_000 });
}

/** Two hours of connections as Zeek writes them, a JSON value a line; the one to `strangeAddress` alerts. */
export const connections: readonly string[] = Array.from({ length: minutes }, (_, minute) => [
  connection(minute, '52.1.2.3', 443),
  connection(minute, '52.9.9.9', 443),
  ...(minute === strangeMinute ? [connection(minute, strangeAddress, 4_444)] : []),
]).flat();

/** The same as flow logs of a service, under their header. */
export function flows(service = 'checkout'): string[] {
  const lines = Array.from({ length: minutes }, (_, minute) => [
    flow(minute, '52.1.2.3', 443, service),
    flow(minute, '52.9.9.9', 443, service),
    ...(minute === strangeMinute ? [flow(minute, strangeAddress, 4_444, service)] : []),
  ]).flat();
  return [flowFields, ...lines];
}

export const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** Lines with others put in between, at a third and at two thirds. */
export function amid(lines: readonly string[], ...strange: readonly string[]): string[] {
  const [one, two] = [Math.floor(lines.length / 3), Math.floor((2 * lines.length) / 3)];
  return [...lines.slice(0, one), ...strange, ...lines.slice(one, two), ...strange, ...lines.slice(two)];
}

export interface Ran {
  /** Standard output, as the table. */
  out: string;
  messages: string;
  status: number;
  report: string;
  alerts: { detector: string; object: string; entity: { name: string }; evidence: { records: { file: string }[] } }[];
}

// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** No trace, no defect, no character that a terminal obeys. */
export function assertClean(words: string, whose: string): void {
  assert.doesNotMatch(words, /\n\s+at .*[:(]\d+/, `${whose} shows a stack trace`);
  assert.doesNotMatch(words, /\bdefect of|detector\s+failed/, `${whose} tells of a defect`);
  const found = controls.exec(words);
  assert.ok(found === null, `${whose} holds ${JSON.stringify(found?.[0])} in ${JSON.stringify(words.slice(Math.max(0, (found?.index ?? 0) - 60), (found?.index ?? 0) + 20))}`);
}

/** Replays as a person and as a program would, with a report, and holds both to `assertClean`. */
export async function replay(context: TestContext, paths: readonly string[], ...options: string[]): Promise<Ran> {
  const report = join(folder(context), 'report.html');
  const words = ['replay', ...paths, '--learn-for', '60m', ...options];
  const table = await fargazer(...words, '--report', report);
  const lines = await fargazer(...words, '--output', 'jsonl');
  assert.ok(existsSync(report), `no report: ${table.messages}`);
  const page = readFileSync(report, 'utf8');
  assert.equal(lines.status, table.status, 'table and lines end alike');
  for (const [whose, said] of Object.entries({ table: table.out, messages: table.messages, jsonl: lines.out, summary: lines.messages, report: page })) {
    assertClean(said, `the ${whose}`);
  }
  const alerts = lines.out.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Ran['alerts'][number]);
  return { ...table, report: page, alerts };
}

/** Everything readable was kept and judged: the one strange connection alerts, whatever stands around it. */
export function assertJudged({ alerts, status, messages }: Ran): void {
  assert.equal(status, 0, messages);
  const found = alerts.filter(({ detector, object }) => detector === 'new-destination' && object.startsWith('203.0.113.'));
  assert.equal(found.length, 1, `alerts: ${JSON.stringify(alerts.map(({ detector, object }) => [detector, object]))}`);
}

/** Words of a table, without its line breaks and indents. */
export function flat(said: string): string {
  return said.replace(/\s+/g, ' ');
}

export interface Process {
  out: string;
  messages: string;
  status: number | null;
  /** Largest resident memory, bytes. */
  residentBytes: number;
}

/** Asks for the child's memory as it ends. */
const tellMemory = `data:text/javascript,process.on('exit',()=>process.stderr.write('resident '+process.resourceUsage().maxRSS))`;

/** Runs a command line in a process of its own; ended after two minutes, which then fails the test. */
export function inProcess(words: readonly string[], options: { uid?: number; gid?: number; before?: string; input?: string } = {}): Promise<Process> {
  const { before, input, ...rest } = options;
  const node = [process.execPath, '--import', tellMemory, main, ...words];
  const [command = '', ...args] = before === undefined ? node : ['bash', '-c', `${before}; exec "$0" "$@"`, ...node];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: home, timeout: 120_000, env: { ...process.env, NO_COLOR: '1' }, ...rest });
    let out = '';
    let messages = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (messages += chunk));
    child.stdin.on('error', () => undefined).end(input ?? '');
    child.on('error', reject);
    child.on('close', (status) => {
      const resident = /resident (\d+)$/.exec(messages);
      messages = messages.replace(/resident \d+$/, '');
      resolve({ out, messages, status, residentBytes: Number(resident?.[1] ?? 0) * 1_024 });
    });
  });
}
