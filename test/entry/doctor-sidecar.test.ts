/** `fargazer doctor sidecar` and `fargazer sidecar --check`: ways that work and ways that are refused, each with what is not seen and its cure. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { defaultConfig } from '../../src/config/index.ts';
import type { DoctorRow } from '../../src/entry/cli/doctor-row.ts';
import type { SidecarSettings } from '../../src/entry/cli/sidecar-program.ts';
import { doctorOfTask } from '../../src/entry/program/doctor/task.ts';
import { lookAtReceiver } from '../../src/entry/program/doctor/task/receiver.ts';
import { lookAtState } from '../../src/entry/program/doctor/task/state.ts';
import { lookAtCapabilities, lookAtWays } from '../../src/entry/program/doctor/task/ways.ts';
import { sidecarPlugins } from '../../src/entry/sidecar-plugins.ts';
import type { Way } from '../../src/sensor/index.ts';
import { endpoint, json, statsAnswer, taskAnswer } from '../sources/task-metadata/endpoint.ts';
import { standIn, tell } from './stand-in.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'entry', 'cli', 'main.ts');
const isLinux = process.platform === 'linux';
const mayUnshare = isLinux && spawnSync('unshare', ['--pid', '--mount', '--mount-proc', '--net', '--fork', 'setpriv', '--version']).status === 0;
const skip = mayUnshare ? false : 'needs root, namespaces (unshare) and setpriv';

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-doctor-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Verdicts by name out of what was printed, and the text of each row. */
function rowsIn(out: string): { verdicts: Record<string, string>; row: (name: string) => string } {
  const rows = new Map<string, { verdict: string; text: string }>();
  let last = '';
  for (const line of out.split('\n')) {
    const [, verdict = '', name = ''] = /^(ok|warn|fail) +([\w-]+): /.exec(line) ?? [];
    if (name !== '') rows.set((last = name), { verdict, text: line.slice(6) });
    else if (last !== '') rows.get(last)!.text += ` ${line.trim()}`;
  }
  return { verdicts: Object.fromEntries([...rows].map(([name, { verdict }]) => [name, verdict])), row: (name) => rows.get(name)?.text ?? '' };
}

interface Place {
  words?: readonly string[];
  env?: Record<string, string>;
  /** Capabilities that are taken from it. */
  without?: readonly string[];
  /** What runs in the same process namespace. */
  beside?: string;
  /** A port that it listens on before anything is looked at. */
  port?: number;
  /** A line that runs before it, in its mount namespace. */
  before?: string;
}

/** In namespaces of its own, so that only what a test put there is looked at. */
function lookIn({ words = ['doctor', 'sidecar'], env = {}, without = [], beside = 'sleep 30', port, before = 'true' }: Place) {
  const ready = port === undefined ? 'true' : `while ! ss -ltn | grep -q :${port}; do sleep 0.1; done`;
  const drop = without.length === 0 ? '' : `setpriv --bounding-set=${without.map((name) => `-${name}`).join(',')} --inh-caps=-all`;
  const script = `${before}; ip link set lo up; (${beside}) & beside=$!; ${ready}; ${drop} "$@" & wait $!; status=$?; kill $beside; exit $status`;
  const { stdout, stderr, status } = spawnSync('unshare', ['--pid', '--mount', '--mount-proc', '--net', '--fork', '--kill-child', 'bash', '-c', script, 'doctor', process.execPath, main, ...words], {
    encoding: 'utf8', timeout: 60_000, env: { PATH: process.env['PATH'] ?? '', FARGAZER_SERVICE: 'checkout', ...env },
  });
  return { ...rowsIn(stdout), stdout, stderr, status };
}

const wayNames = ['exec-notify', 'pid-bell', 'proc-of-other-users', 'shared-process-namespace', 'process-round', 'file-notify', 'packet-socket', 'socket-diagnosis', 'socket-owner', 'time-wait', 'connection-counters'];

describe('in namespaces of its own', { skip, timeout: 240_000 }, () => {
  test('all ways work, the state can be written to, the port is free, and nothing is left behind', (context) => {
    const folder = folderOf(context);
    const { verdicts, row, status, stderr } = lookIn({ env: { FARGAZER_STATE: folder, FARGAZER_FORWARD: '24225' } });
    assert.deepEqual(verdicts, { task: 'ok', 'metadata-endpoint': 'warn', ...Object.fromEntries(wayNames.map((name) => [name, 'ok'])), SYS_PTRACE: 'ok', NET_RAW: 'ok', forward: 'ok', state: 'ok' }, stderr);
    assert.match(row('task'), /This task is checkout\./);
    assert.match(row('forward'), /port 24225, is free/);
    assert.equal(status, 0);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('`sidecar --check` says the same, word for word', () => {
    const [one, other] = [['doctor', 'sidecar'], ['sidecar', '--check']].map((words) => lookIn({ words }));
    assert.notEqual(one?.stdout, '');
    assert.equal(other?.stdout, one?.stdout);
    assert.equal(other?.status, one?.status);
  });

  test('without SYS_PTRACE and NET_RAW it says what is not seen, and which line of the task definition gives it', () => {
    const server = `setpriv --reuid=12345 --clear-groups '${process.execPath}' -e 'require("node:net").createServer().listen(8080)'`;
    const { verdicts, row, status } = lookIn({ without: ['sys_ptrace', 'net_raw', 'setuid'], beside: `cd /; exec ${server}`, port: 8080 });
    const missing = Object.entries(verdicts).filter(([, verdict]) => verdict !== 'ok').map(([name]) => name);
    assert.deepEqual(missing.toSorted(), ['metadata-endpoint', 'NET_RAW', 'packet-socket', 'proc-of-other-users', 'socket-owner', 'state', 'SYS_PTRACE'].toSorted());
    assert.match(row('proc-of-other-users'), /Paths of programs.*not seen.*"add": \["SYS_PTRACE"\]/);
    assert.match(row('packet-socket'), /name look-ups.*not seen.*no NET_RAW/);
    assert.match(row('SYS_PTRACE'), /not granted, and proc-of-other-users and socket-owner would need it/);
    assert.match(row('NET_RAW'), /not granted, and packet-socket would need it/);
    assert.equal(status, 0, 'each way is optional');
  });

  test('with no process beside it nothing of the task is seen, which is a failure', () => {
    // It becomes the first process of the namespace itself.
    const { stdout, status } = spawnSync('unshare', ['--pid', '--mount', '--mount-proc', '--fork', process.execPath, main, 'doctor', 'sidecar'], { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' }, timeout: 60_000 });
    const { verdicts, row } = rowsIn(stdout);
    assert.equal(verdicts['shared-process-namespace'], 'fail');
    assert.match(row('shared-process-namespace'), /Only our own container is seen.*"pidMode": "task"/);
    assert.equal(status, 1);
  });

  test('without the library the ways that need it are missing, the others are not', () => {
    const { verdicts, row } = lookIn({ env: { FARGAZER_SENSOR_WITHOUT: 'native' } });
    const missing = wayNames.filter((name) => verdicts[name] !== 'ok');
    assert.deepEqual(missing, ['exec-notify', 'file-notify', 'packet-socket', 'socket-diagnosis']);
    assert.match(row('packet-socket'), /: The foreign-function library is not there\. /);
  });

  test('a disk that is full and one that is read-only cannot be written to', () => {
    const full = lookIn({ before: 'mount -t tmpfs -o size=8k full /mnt; cat /dev/zero > /mnt/all 2>/dev/null', env: { FARGAZER_STATE: '/mnt' } });
    assert.match(full.row('state'), /\/mnt cannot be written to \(ENOSPC\)/);
    assert.equal(full.verdicts['state'], 'fail');
    assert.equal(full.status, 1);
    const readOnly = lookIn({ before: 'mount -t tmpfs -o ro none /mnt', env: { FARGAZER_STATE: '/mnt/state' } });
    assert.match(readOnly.row('state'), /cannot be written to \(EROFS\).*"readOnly": false/);
    const small = lookIn({ before: 'mount -t tmpfs -o size=4m none /mnt', env: { FARGAZER_STATE: '/mnt' } });
    assert.match(small.row('state'), /has room for [34] MiB/);
    assert.equal(small.verdicts['state'], 'warn');
  });

  test('a port that a sidecar at work holds is its own', () => {
    const { row, verdicts, status } = lookIn({
      env: { FARGAZER_FORWARD: '24225' }, beside: `FARGAZER_SINK=console exec '${process.execPath}' '${main}' sidecar >/dev/null 2>&1`, port: 24_225,
    });
    assert.match(row('forward'), /A sidecar \(process \d+\) listens on 127\.0\.0\.1:24225 already/);
    assert.equal(verdicts['forward'], 'ok');
    assert.equal(status, 0);
  });
});

describe('receivers', () => {
  test('a port that another program holds is a failure that names it', { skip: isLinux ? false : 'looks into /proc' }, async (context) => {
    const child = spawn(process.execPath, ['-e', 'require("node:net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port) })'], { stdio: ['ignore', 'pipe', 'inherit'] });
    context.after(() => child.kill());
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    const check = await lookAtReceiver('http', `127.0.0.1:${port.toString().trim()}`, '/proc');
    assert.equal(check.verdict, 'fail');
    assert.match(check.sentence, new RegExp(`http cannot listen on 127\\.0\\.0\\.1, port ${port.toString().trim()}: another process listens there\\. No logs are received there\\. It is held by \\S+ \\(process ${child.pid}\\)\\.$`));
    assert.match(check.cure ?? '', /FARGAZER_LOGS_HTTP/);
  });

  test('a socket file is looked at like a port, and one in a folder that is not there is a failure', async (context) => {
    const folder = folderOf(context);
    const path = join(folder, 'logs.sock');
    assert.equal((await lookAtReceiver('forward', `unix:${path}`, '/proc')).verdict, 'ok');
    assert.deepEqual(readdirSync(folder), []);
    const server = createServer().listen(path);
    await once(server, 'listening');
    context.after(() => server.close());
    const taken = await lookAtReceiver('forward', `unix:${path}`, '/proc');
    assert.equal(taken.verdict, 'fail');
    if (isLinux) assert.match(taken.sentence, new RegExp(`process ${process.pid}\\)`));
    assert.equal((await lookAtReceiver('forward', `unix:${folder}/none/logs.sock`, '/proc')).verdict, 'fail');
  });

  test('who holds a port is not named where /proc does not tell', async (context) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => server.close());
    const { sentence } = await lookAtReceiver('forward', `127.0.0.1:${(server.address() as AddressInfo).port}`, join(folderOf(context), 'nothing'));
    assert.match(sentence, /another process listens there\. No logs are received there\.$/);
  });
});

test('the state: a folder that is yet to be made, and what is no folder', (context) => {
  const folder = folderOf(context);
  assert.match(lookAtState(join(folder, 'a', 'b')).sentence, /is not there yet, and can be made in /);
  writeFileSync(join(folder, 'file'), '');
  assert.match(lookAtState(join(folder, 'file')).sentence, /file is no folder/);
  assert.equal(lookAtState(join(folder, 'file', 'deeper')).verdict, 'fail');
});

describe('ways and capabilities as rows', () => {
  const way = (changes: Partial<Way>): Way => ({ name: 'packet-socket', isWorking: true, without: 'Much is not seen.', cure: 'Do this.', ...changes });

  test('a reason of half a sentence becomes one, and a way that works by half says so', () => {
    assert.deepEqual(lookAtWays([way({ isWorking: false, reason: 'it is refused' }), way({ reason: 'slowly' })]), [
      { name: 'packet-socket', verdict: 'warn', sentence: 'It is refused. Much is not seen.', cure: 'Do this.' },
      { name: 'packet-socket', verdict: 'ok', sentence: 'It works, but: slowly.' },
    ]);
  });

  test('a capability that is not granted is wanted only where something is not seen for want of it', (context) => {
    const status = join(folderOf(context), 'status');
    writeFileSync(status, 'Name:\tnode\nCapEff:\t0000000000000000\n');
    assert.deepEqual(lookAtCapabilities([way({})], status).map(({ verdict }) => verdict), ['ok', 'ok']);
    const [ptrace, raw] = lookAtCapabilities([way({ isWorking: false })], status);
    assert.deepEqual([ptrace?.verdict, raw?.verdict, raw?.cure], ['ok', 'warn', 'Do this.']);
    writeFileSync(status, 'Name:\tnode\n');
    assert.deepEqual(lookAtCapabilities([way({})], status).map(({ verdict }) => verdict), ['warn', 'warn']);
  });
});

describe('what is asked beyond this machine', { skip: isLinux ? false : 'looks at a /proc' }, () => {
  async function look(context: TestContext, changes: Partial<SidecarSettings>, env: Record<string, string> = {}): Promise<{ rows: Map<string, DoctorRow>; verdict: string }> {
    const before = { ...process.env };
    Object.assign(process.env, { ECS_CONTAINER_METADATA_URI_V4: '', FARGAZER_SERVICE: '', ...env });
    context.after(() => void (process.env = before));
    const rows = new Map<string, DoctorRow>();
    // A /proc without processes: nothing of this machine decides a test.
    const procPath = folderOf(context);
    mkdirSync(join(procPath, 'net'));
    const verdict = await doctorOfTask({
      config: defaultConfig(sidecarPlugins), procPath, mode: 'detect', signal: new AbortController().signal, onNotice: assert.fail,
      output: { write: assert.fail, columns: 80, hasColour: false, timeZone: 'UTC' }, ...changes,
    }, (row) => rows.set(row.name, row));
    return { rows, verdict };
  }

  test('the metadata endpoint tells whose task it is', async (context) => {
    const { uri } = await endpoint(context);
    const { rows } = await look(context, {}, { ECS_CONTAINER_METADATA_URI_V4: uri });
    assert.equal(rows.get('task')?.sentence, 'This task is checkout.');
    assert.equal(rows.get('metadata-endpoint')?.verdict, 'ok');
  });

  test('an endpoint that gives errors, nothing or no task, or is none, is a failure in its own words', async (context) => {
    const made = await endpoint(context);
    made.task = (response) => void response.writeHead(500).end();
    const says = async (uri: string): Promise<string> => {
      const { rows, verdict } = await look(context, {}, { ECS_CONTAINER_METADATA_URI_V4: uri });
      assert.equal(verdict, 'fail');
      assert.equal(rows.get('task')?.verdict, 'warn');
      return rows.get('metadata-endpoint')?.sentence ?? '';
    };
    assert.match(await says(made.uri), /\/task of http:\S+ answered with status 500\./);
    made.task = () => undefined;
    assert.match(await says(made.uri), /gave no answer within/);
    made.task = json({ hello: 'world' });
    assert.match(await says(made.uri), /answered with what describes no task/);
    assert.match(await says('http://127.0.0.1:1/v4/x'), /could not be asked \(ECONNREFUSED\)/);
    assert.match(await says('ftp://nowhere'), /is no address of http/);
  });

  test('an endpoint whose statistics fail, or whose clock is off, is told of', async (context) => {
    const made = await endpoint(context);
    made.stats = (response) => void response.writeHead(503).end();
    const failing = await look(context, {}, { ECS_CONTAINER_METADATA_URI_V4: made.uri });
    assert.match(failing.rows.get('metadata-endpoint')?.sentence ?? '', /\/task\/stats answered with status 503/);
    made.task = json(taskAnswer());
    made.stats = json(statsAnswer(Date.now()), { date: new Date(Date.now() + 3_600_000).toUTCString() });
    const off = await look(context, {}, { ECS_CONTAINER_METADATA_URI_V4: made.uri });
    assert.match(off.rows.get('metadata-endpoint')?.sentence ?? '', /its clock is 3\d{3}\.\d s ahead of ours/);
    assert.equal(off.rows.get('metadata-endpoint')?.verdict, 'warn');
  });

  test('a store that answers is well, one that does not costs what others learned, one without a task is not used', async (context) => {
    const { uri } = await endpoint(context);
    const env = { ECS_CONTAINER_METADATA_URI_V4: uri, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'eu-west-1' };
    const config = { ...defaultConfig(sidecarPlugins), store: { kind: 'memory', options: {} } };
    assert.equal((await look(context, { config }, env)).rows.get('store')?.verdict, 'ok');
    assert.match((await look(context, { config })).rows.get('store')?.sentence ?? '', /not used: nothing tells whose task this is/);
    const gone = { ...config, store: { kind: 's3', options: { bucket: 'company-votes', prefix: '', endpoint: 'http://127.0.0.1:1', patienceMs: 0, cacheBytes: 0 } } };
    const { rows, verdict } = await look(context, { config: gone }, env);
    assert.equal(rows.get('store')?.verdict, 'warn');
    assert.match(rows.get('store')?.sentence ?? '', /What other tasks learned is not known here/);
    assert.match(rows.get('store')?.cure ?? '', /task-role-policy/);
    assert.notEqual(verdict, 'ok');
  });

  test('a file of baselines that is none, and a mode that has no stream, are failures; nothing kept is a warning', async (context) => {
    const { rows } = await look(context, { baselinesFile: '/does/not/exist' });
    assert.equal(rows.get('baselines')?.verdict, 'fail');
    assert.match(rows.get('baselines')?.sentence ?? '', /cannot be read/);
    assert.equal((await look(context, { mode: 'ship' })).rows.get('stream')?.verdict, 'fail');
    assert.match((await look(context, {})).rows.get('state')?.sentence ?? '', /forgotten/);
  });
});

test('on the command line: rows with cures, and the exit status of the worst', async () => {
  const said = (verdict: DoctorRow['verdict']) => standIn({
    doctorOfTask: async ({ procPath, forward }, onCheck) => {
      onCheck({ name: 'packet-socket', verdict, sentence: `\u001b[2J${procPath} ${forward}`, cure: 'Do this.' });
      return verdict;
    },
  });
  const { out, status } = await tell(['doctor', 'sidecar', '--proc', '/host/proc', '--forward', '24225'], said('fail'));
  assert.match(out, /^fail {2}packet-socket: .*\/host\/proc 127\.0\.0\.1:24225\n {6}Do this\.\n$/);
  assert.ok(!out.includes('\u001b'));
  assert.equal(status, 1);
  assert.equal((await tell(['doctor', 'sidecar'], said('warn'))).status, 0);
  assert.equal((await tell(['sidecar', '--check'], said('fail'))).status, 1);
  assert.equal((await tell(['doctor', 'sidecar', '--proq', 'x'], said('ok'))).status, 2);
});
