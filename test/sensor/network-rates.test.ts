/** How many connections of 20 ms are found, each by a process of its own: with the packet socket, and by looking at tables alone. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { enterNamespace, runPart, startScript, whyNoNamespace, type Running, type Script } from './network-support.ts';

const skip = whyNoNamespace();
const tries = 100;
const serverSource = `
const net = require('node:net');
const after = (end) => (socket) => { socket.on('error', () => {}); socket.once('data', () => { socket.write('x'.repeat(1000)); setTimeout(() => end(socket), 20); }); };
net.createServer(after((socket) => socket.end())).listen(8080, '127.0.0.1');
net.createServer(after((socket) => socket.resetAndDestroy())).listen(8081, '127.0.0.1', () => console.log('ready'));
`;

describe('connections of 20 ms', { skip }, () => {
  let server: Script;
  before(async () => {
    enterNamespace();
    server = startScript(serverSource);
    await server.line();
  });
  after(() => server.end());

  for (const [kind, port] of [['closed', 8080], ['reset', 8081]] as const) {
    test(`95 of ${tries} are found with program and bytes when they are ${kind}`, { timeout: 60_000 }, async (context) => {
      const withPackets = runPart();
      const withTable = runPart({ without: ['packet-socket'] });
      const withText = runPart({ without: ['packet-socket', 'socket-diagnosis'] });
      await sleep(100);

      const each = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf hello >&3; cat <&3 >/dev/null 2>&1; echo $$`;
      const driver = spawn('bash', ['-c', `for i in $(seq ${tries}); do bash -c '${each}' 2>/dev/null; sleep 0.01; done`], { stdio: ['ignore', 'pipe', 'ignore'] });
      const pids = new Set<number>();
      driver.stdout.setEncoding('latin1').on('data', (text: string) => { for (const pid of text.trim().split('\n')) pids.add(Number(pid)); });
      await once(driver, 'close');
      await sleep(600);
      for (const one of [withPackets, withTable, withText]) one.stop();

      assert.equal(pids.size, tries);
      const found = rate(withPackets, port, pids);
      context.diagnostic(`${kind}: packet socket ${say(found)}; socket diagnosis alone ${say(rate(withTable, port, pids))}; /proc/net alone ${say(rate(withText, port, pids))}`);
      assert.ok(found.opened >= 95 && found.counted >= 95, say(found));
      // Whose it is must be asked within those 20 ms: where others keep this machine busy, fewer are asked in time.
      const isBusy = loadavg()[0]! > 2 * availableParallelism();
      assert.ok(found.owned >= (isBusy ? 50 : 95), say(found));
    });
  }
});

interface Rate {
  opened: number;
  /** With the right process. */
  owned: number;
  closed: number;
  /** With all bytes of both sides. */
  counted: number;
}

function rate({ told }: Running, port: number, pids: ReadonlySet<number>): Rate {
  const connections = new Map<number, [number, number]>();
  const found: Rate = { opened: 0, owned: 0, closed: 0, counted: 0 };
  const owners = new Set<number>();
  for (const { sighting, pid } of told) {
    if (sighting.kind !== 'network' || sighting.serverPort !== port) continue;
    if (sighting.activity === 'open') found.opened += 1;
    if (sighting.activity === 'open' && pid !== undefined && pids.has(pid)) owners.add(pid);
    const sums = connections.get(sighting.startMs) ?? [0, 0];
    connections.set(sighting.startMs, [sums[0] + sighting.clientSentBytes, sums[1] + sighting.serverSentBytes]);
    if (sighting.activity === 'close') found.closed += 1;
  }
  found.owned = owners.size;
  found.counted = [...connections.values()].filter(([sent, received]) => sent === 5 && received === 1_000).length;
  return found;
}

const say = ({ opened, owned, closed, counted }: Rate): string => `${opened} opened (${owned} by the right process), ${closed} closed (${counted} with all bytes)`;
