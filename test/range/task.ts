/** A task as Fargate runs it: one process and one network namespace, containers with roots and capabilities of their own. */
import { execFileSync, spawn, type ChildProcess, type SpawnOptions, type StdioOptions } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gatewayAddress, nameServerAddress, taskAddress, taskId } from './place.ts';

/** What a container on Fargate may do when its definition says nothing. */
export const defaultCapabilities = 'chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot mknod audit_write setfcap'.split(' ');

/** For setpriv. */
export function capabilityList(names: readonly string[]): string {
  return ['-all', ...names.map((name) => `+${name}`)].join(',');
}

/** Why the range cannot be built here; false where it can. */
export function whyNoRange(): string | false {
  if (process.platform !== 'linux') return 'needs Linux: namespaces are made';
  if (process.getuid?.() !== 0) return 'needs root: namespaces are made';
  for (const [program, ...words] of [['unshare', '--pid', '--mount', '--net', '--fork', 'true'], ['ip', '-V'], ['setpriv', '--version'], ['/usr/bin/python3', '-V'], ['curl', '-V']]) {
    try {
      execFileSync(program ?? '', words, { stdio: 'ignore', timeout: 5_000 });
    } catch {
      return `needs ${program} as root: \`${[program, ...words].join(' ')}\` failed here`;
    }
  }
  return false;
}

export interface Container {
  name: string;
  dockerId: string;
  /** Its first process as the machine counts. */
  hostPid: number;
  child: ChildProcess;
  /** Where a path of the container lies for us. */
  path(inside: string): string;
}

export interface Task {
  folder: string;
  /** Host pid of its process 1. */
  pid: number;
  container(name: string, command: readonly string[], settings?: { image?: (upper: string) => void; stdio?: StdioOptions }): Promise<Container>;
  /**
   * A program in the task's process and network namespaces that finds this project's files: as the sidecar runs, in a
   * root of its own, or in the machine's (`shared`), as in a range that gives it none. It may write into `folder`.
   */
  beside(command: readonly string[], settings: { capabilities: readonly string[]; environment: NodeJS.ProcessEnv; output: number; root?: 'own' | 'shared' }): ChildProcess;
  /** A program in a container as the runtime starts it there: health checks, ECS Exec. Answers with what it printed. */
  exec(container: Container, command: readonly string[], settings?: { user?: number }): Promise<string>;
  stop(): void;
}

function childOf(pid: number): number | undefined {
  const found = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ')[0]);
  return Number.isInteger(found) && found > 0 ? found : undefined;
}

async function until<Value>(look: () => Value | undefined, what: string, patienceMs = 10_000): Promise<Value> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 20) {
    try {
      const value = look();
      if (value !== undefined) return value;
    } catch {
      // Not yet.
    }
    await sleep(20);
  }
  throw new Error(`${what} did not come within ${patienceMs / 1_000} s`);
}

/** The rest of the machine's tree that no container has: hidden by empty folders. */
const hidden = ['tmp', 'root', 'home', 'work', 'mnt', 'opt', 'srv', 'run', 'media', 'var/log', 'var/tmp', 'usr/local'];

function layImage(upper: string): void {
  for (const path of hidden) {
    mkdirSync(join(upper, path), { recursive: true });
    execFileSync('/usr/bin/python3', ['-c', 'import os,sys; os.setxattr(sys.argv[1], "trusted.overlay.opaque", b"y")', join(upper, path)]);
  }
  for (const path of ['tmp', 'var/tmp']) chmodSync(join(upper, path), 0o1777);
  mkdirSync(join(upper, 'etc'), { recursive: true });
  writeFileSync(join(upper, 'etc', 'resolv.conf'), `nameserver ${nameServerAddress}\noptions timeout:1 attempts:2\n`);
  writeFileSync(join(upper, 'etc', 'nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
  mkdirSync(join(upper, 'run', 'range'));
  chmodSync(join(upper, 'run', 'range'), 0o777);
}

const outputsPiped: StdioOptions = ['ignore', 'pipe', 'pipe'];

const containerEnvironment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };

/** The task's process 1: makes the disk and the task's /proc, then only waits, and lets children that were left go. */
const processOne = `trap "" CHLD
mount -t tmpfs tmpfs "$0" && mkdir -p "$0/proc" "$0/pause/upper/usr/bin" "$0/pause/work" "$0/pause/root" && mount -t proc proc "$0/proc" || exit 1
ip link set lo up
cp /usr/bin/sleep "$0/pause/upper/usr/bin/pause"
exec unshare --mount --propagation private sh "$1" "$0/pause" "$0/proc" "$2" - /usr/bin/pause infinity`;

let tasks = 0;
let besideCount = 0;

/** The task's namespaces, with a link to what lies outside; all ends with us. */
export async function startTask(outsidePid: number): Promise<Task> {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-range-'));
  for (const part of ['disk', 'out']) mkdirSync(join(folder, part));
  const script = join(import.meta.dirname, 'container.sh');
  const holder = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'unshare', '--pid', '--mount', '--net', '--uts', '--ipc', '--fork', '--kill-child', '--propagation', 'private', 'sh', '-c', processOne, join(folder, 'disk'), script, capabilityList(defaultCapabilities)],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ENTERED: '1' } },
  );
  const children: ChildProcess[] = [];
  const holderPid = holder.pid ?? 0;
  const pid = await until(() => childOf(holderPid), "the task's process 1");
  const disk = `/proc/${holderPid}/root${folder}/disk`;
  await until(() => (readFileSync(`/proc/${pid}/comm`, 'latin1') === 'pause\n' ? true : undefined), "the task's process 1");

  tasks += 1;
  const [near, far] = [`fgt${process.pid}n${tasks}`.slice(-15), `fgo${process.pid}n${tasks}`.slice(-15)];
  execFileSync('ip', ['link', 'add', near, 'netns', String(pid), 'type', 'veth', 'peer', 'name', far, 'netns', String(outsidePid)]);
  const inNet = (of: number, ...words: string[]): void => void execFileSync('nsenter', ['-t', String(of), '-n', 'ip', ...words]);
  inNet(outsidePid, 'addr', 'add', `${gatewayAddress}/24`, 'dev', far);
  inNet(outsidePid, 'link', 'set', far, 'up');
  inNet(pid, 'link', 'set', near, 'name', 'eth1');
  inNet(pid, 'addr', 'add', `${taskAddress}/24`, 'dev', 'eth1');
  inNet(pid, 'link', 'set', 'eth1', 'up');
  inNet(pid, 'route', 'add', 'default', 'via', gatewayAddress);

  const bounding = capabilityList(defaultCapabilities);
  // The machine's processes, so that nothing of the making is seen in the task; the mount namespace is the holder's.
  const besides = [`--mount=/proc/${holderPid}/ns/mnt`, `--net=/proc/${pid}/ns/net`, `--uts=/proc/${pid}/ns/uts`, `--ipc=/proc/${pid}/ns/ipc`];
  const procOfTask = join(folder, 'disk', 'proc');
  const begin = (name: string, command: readonly string[], { capabilities, bind, image }: { capabilities: string; bind: string; image: (upper: string) => void }, options: SpawnOptions): ChildProcess => {
    for (const part of ['upper', 'work', 'root']) mkdirSync(join(disk, name, part), { recursive: true });
    image(join(disk, name, 'upper'));
    const child: ChildProcess = spawn('nsenter', [...besides, 'setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', 'sh', script, join(folder, 'disk', name), procOfTask, capabilities, bind, ...command], options);
    children.push(child);
    return child;
  };
  return {
    folder: join(folder, 'out'),
    pid,
    async container(name, command, { image, stdio = outputsPiped } = {}) {
      const lay = (upper: string): void => {
        layImage(upper);
        image?.(upper);
      };
      const child = begin(name, command, { capabilities: bounding, bind: '-', image: lay }, { stdio, env: containerEnvironment });
      const hostPid = await until(() => {
        const found = childOf(child.pid ?? 0);
        // Only what nsenter starts is in the task; it is the command once it is nothing else.
        return found !== undefined && !/^(?:nsenter|setpriv|mount|mkdir|umount|rmdir|pivot_root)\n/.test(readFileSync(`/proc/${found}/comm`, 'latin1')) && readlinkSync(`/proc/${found}/ns/pid`) === readlinkSync(`/proc/${pid}/ns/pid`) ? found : undefined;
      }, `container ${name}`);
      const dockerId = `${taskId}-${String([...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 4_000_000_000).padStart(10, '1')}`;
      return { name, dockerId, hostPid, child, path: (path) => `/proc/${hostPid}/root${path}` };
    },
    beside(command, { capabilities, environment, output, root = 'own' }) {
      const options: SpawnOptions = { stdio: ['ignore', output, output], env: environment };
      besideCount += 1;
      if (root === 'own') return begin(`beside-${besideCount}`, command, { capabilities: capabilityList(capabilities), bind: join(folder, 'out'), image: () => undefined }, options);
      const child = spawn('nsenter', [...besides, `--pid=/proc/${pid}/ns/pid`, 'setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', 'sh', '-c', 'mount -t proc proc /proc && exec setpriv --bounding-set "$0" --inh-caps -all "$@"', capabilityList(capabilities), ...command], options);
      children.push(child);
      return child;
    },
    exec({ hostPid }, command, { user } = {}) {
      return new Promise((resolve) => {
        const as = user === undefined ? [] : ['--reuid', String(user), '--regid', String(user), '--clear-groups'];
        const child = spawn('nsenter', ['-t', String(hostPid), '-p', '-n', '-m', '-u', '-i', 'setpriv', '--bounding-set', bounding, '--inh-caps', '-all', ...as, ...command], { stdio: ['ignore', 'pipe', 'pipe'], env: containerEnvironment });
        let said = '';
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()));
        child.once('close', () => resolve(said));
      });
    },
    stop() {
      holder.kill('SIGKILL');
      for (const child of children) child.kill('SIGKILL');
      // What was mounted in it went with its namespaces.
      setTimeout(() => rmSync(folder, { recursive: true, force: true }), 300).ref();
    },
  };
}

function pullOnce(container: Container, lever: string, code: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(container.path(`/run/range/${lever}.sock`));
    let said = '';
    socket.setEncoding('utf8').on('data', (part: string) => (said += part));
    socket.once('error', reject);
    socket.once('close', () => (said.startsWith('! ') ? reject(new Error(said.slice(2).trim())) : resolve(said.trim())));
    socket.end(code);
  });
}

/** A process that is just being replaced has its lever again within this time. */
const leverPatienceMs = 8_000;

/** Has a process of the application run Python code by its lever; answers with what the code said. */
export async function pull(container: Container, lever: string, code: string): Promise<string> {
  for (const beganMs = Date.now(); ; await sleep(50)) {
    try {
      return await pullOnce(container, lever, code);
    } catch (error) {
      const isAway = ['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!isAway || Date.now() - beganMs > leverPatienceMs) throw error;
    }
  }
}

/** Processes of the task with the words in their command line, as the machine counts them. */
export function processesOf(task: Task, words: string): number[] {
  const space = readlinkSync(`/proc/${task.pid}/ns/pid`);
  return readdirSync('/proc').flatMap((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/ns/pid`) === space && readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').includes(words) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** The files of the application, as its image has them. */
export function layApplication(upper: string): void {
  cpSync(join(import.meta.dirname, 'application'), join(upper, 'srv', 'shop'), { recursive: true });
  for (const folder of ['var/log/shop', 'var/lib/shop', 'usr/local/bin', 'root/.ssh']) mkdirSync(join(upper, folder), { recursive: true });
  chmodSync(join(upper, 'var/log/shop'), 0o777);
  writeFileSync(join(upper, 'var/log/shop/access.log'), '', { mode: 0o666 });
  chmodSync(join(upper, 'var/log/shop/access.log'), 0o666);
  // Two programs of the image that give more than their caller has: one by its mode, one by a capability.
  copyFileSync('/usr/bin/bash', join(upper, 'usr/local/bin/shop-admin'));
  chmodSync(join(upper, 'usr/local/bin/shop-admin'), 0o4755);
  copyFileSync('/usr/bin/python3', join(upper, 'usr/local/bin/shop-python'));
  chmodSync(join(upper, 'usr/local/bin/shop-python'), 0o755);
  execFileSync('setcap', ['cap_setuid+ep', join(upper, 'usr/local/bin/shop-python')]);
}
