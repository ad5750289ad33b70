/** The network part with fewer capabilities than root has: what the default set of containers allows, and what less than that tells. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sighting, Way } from '../../src/sensor/part.ts';
import { enterNamespace, whyNoNamespace } from './network-support.ts';

const skip = whyNoNamespace() || (spawnSync('setpriv', ['--version']).status === 0 ? false : 'setpriv is missing');
/** What containers have by default: without SYS_PTRACE, which needs to be added, and without NET_ADMIN. */
const defaults = 'chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,net_raw,sys_chroot,mknod,audit_write,setfcap'.split(',');

interface Seen {
  listen?: { sighting: Extract<Sighting, { kind: 'socket' }>; pid?: number };
  ways: Way[];
}

function watch(capabilities: readonly string[], port: number): Seen {
  const set = ['-all', ...capabilities.map((name) => `+${name}`)].join(',');
  const { stdout, stderr } = spawnSync('setpriv', [`--bounding-set=${set}`, process.execPath, join(import.meta.dirname, 'network-watcher.ts'), String(port)], { encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as Seen;
}

describe('the network part without SYS_PTRACE', { skip }, () => {
  let pid = 0;
  let stop = (): void => {};
  before(async () => {
    enterNamespace();
    const server = spawn(process.execPath, ['-e', 'require("node:net").createServer().listen(8080, "127.0.0.1", () => console.log("ready"))'], { uid: 12_345, gid: 12_345, stdio: ['ignore', 'pipe', 'inherit'], cwd: '/' });
    stop = () => server.kill();
    pid = server.pid!;
    await new Promise((resolve) => server.stdout!.once('data', resolve));
    await sleep(50);
  });
  after(() => stop());

  test('knows whose a socket of another user is, by looking as that user', () => {
    const { listen, ways } = watch(defaults, 8080);
    assert.equal(listen?.pid, pid);
    assert.equal(listen?.sighting.userId, 12_345);
    assert.deepEqual(ways.filter(({ isWorking }) => !isWorking), []);
  });

  test('without SETUID too knows it where the user has one program alone, and says what it does not know', () => {
    const { listen, ways } = watch(defaults.filter((name) => name !== 'setuid'), 8080);
    assert.equal(listen?.pid, pid);
    const owner = ways.find(({ name }) => name === 'socket-owner');
    assert.equal(owner?.isWorking, false);
    assert.match(owner?.reason ?? '', /SYS_PTRACE/);
  });

  test('without NET_RAW tells listeners still, and which way is missing', () => {
    const { listen, ways } = watch(defaults.filter((name) => name !== 'net_raw'), 8080);
    assert.equal(listen?.pid, pid);
    assert.match(ways.find(({ name }) => name === 'packet-socket')?.reason ?? '', /NET_RAW/);
  });
});
