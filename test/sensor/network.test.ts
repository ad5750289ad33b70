/** The network part on real sockets, in a network namespace of its own: who talked to whom, by which program, how much. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NetworkSighting } from '../../src/sensor/network/outbox.ts';
import { enterNamespace, ip, runPart, startScript, whyNoNamespace, type Running, type Script } from './network-support.ts';

const skip = whyNoNamespace();
/** Serves a kilobyte and hangs up; the second port resets after 20 ms, the third listens on IPv6, the fourth is UDP. */
const serverSource = `
const net = require('node:net');
const serve = (socket) => { socket.on('error', () => {}); socket.once('data', () => socket.end('x'.repeat(1000))); };
net.createServer(serve).listen(8080, '0.0.0.0');
net.createServer((socket) => { socket.on('error', () => {}); socket.once('data', () => { socket.write('x'.repeat(1000)); setTimeout(() => socket.resetAndDestroy(), 20); }); }).listen(8081, '0.0.0.0');
net.createServer(serve).listen(8082, '::1');
require('node:dgram').createSocket('udp4').bind(8125, '0.0.0.0', () => console.log('ready'));
`;
const connectSource = (port: number, address: string): string => `
const socket = require('node:net').connect(${port}, '${address}', () => setTimeout(() => socket.write('hello'), 200));
socket.on('error', (error) => console.log(error.code)).on('close', () => console.log('closed')).resume();
`;
const sums = (told: Running['told'], startMs: number, port: number): [number, number] => {
  let sent = 0;
  let received = 0;
  for (const { sighting } of told) {
    if (sighting.kind !== 'network' || sighting.startMs !== startMs || sighting.serverPort !== port) continue;
    sent += sighting.clientSentBytes;
    received += sighting.serverSentBytes;
  }
  return [sent, received];
};

describe('the network part', { skip }, () => {
  let server: Script;
  let far: Script;
  let names: Script;
  let running: Running;
  /** Asks in vain from the beginning on; what is told of it is assessed last. */
  let asker: Script;

  before(async () => {
    enterNamespace();
    far = startScript('console.log("ready")');
    await far.line();
    // A neighbour in a network of its own, and an address behind it at which nobody answers.
    const neighbour = spawn('unshare', ['--net', 'sleep', '60'], { stdio: 'ignore' });
    after(() => neighbour.kill());
    await sleep(200);
    ip('link add near type veth peer name far');
    ip(`link set far netns ${neighbour.pid}`);
    ip('addr add 10.77.0.1/24 dev near');
    ip('link set near up');
    for (const line of ['link set lo up', 'addr add 10.77.0.2/24 dev far', 'link set far up']) spawnSync('nsenter', [`--net=/proc/${neighbour.pid}/ns/net`, 'ip', ...line.split(' ')]);
    ip('neigh add 10.77.0.9 lladdr 02:00:00:00:00:09 dev near nud permanent');
    far.end();
    far = startScript(`require('node:net').createServer((s) => s.on('error', () => {}).once('data', () => s.end('y'.repeat(500)))).listen(9090, '10.77.0.2', () => console.log('ready'));
      process.stdin.on('data', () => require('node:net').connect(8080, '10.77.0.1', function () { this.write('from afar'); }).resume());`, neighbour.pid);
    server = startScript(serverSource);
    names = startScript(`
      const server = require('node:dgram').createSocket('udp4');
      server.on('message', (question, from) => {
        if (question.includes('silent')) return;
        const end = question.indexOf(0, 12) + 5;
        const answer = Buffer.concat([question.subarray(0, end), Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 5])]);
        answer[2] = 0x81; answer[3] = 0x80; answer[7] = 1; answer[11] = 0;
        server.send(answer, from.port, from.address);
      }).bind(53, '127.0.0.1', () => console.log('ready'));`);
    await Promise.all([far.line(), server.line(), names.line()]);
    running = runPart();
    asker = startScript(`const { Resolver } = require('node:dns'); const resolver = new Resolver({ timeout: 20000, tries: 1 }); resolver.setServers(['127.0.0.1']);
      resolver.resolve4('silent.example', () => {}); ${connectSource(4444, '10.77.0.9')}`);
  });
  after(() => {
    asker.end();
    running.stop();
    server.end();
    far.end();
    names.end();
  });

  const seen = async (port: number, activity: string, pid?: number): Promise<NetworkSighting | undefined> =>
    running.until('network', (sighting) => sighting.serverPort === port && sighting.activity === activity && (pid === undefined || running.told.some((told) => told.sighting === sighting && told.pid === pid)));

  test('tells at the start who listens', () => {
    const ports = running.told.flatMap(({ sighting, pid }) => (sighting.kind === 'socket' && sighting.activity === 'listen' ? [[sighting.protocol, sighting.localAddress, sighting.localPort, pid]] : []));
    assert.deepEqual(ports.toSorted(), [[17, '0.0.0.0', 8125, server.pid], [17, '127.0.0.1', 53, names.pid], [6, '0.0.0.0', 8080, server.pid], [6, '0.0.0.0', 8081, server.pid], [6, '::1', 8082, server.pid]]);
  });

  test('tells a short connection inside the task: program, side, bytes', async () => {
    const client = startScript(connectSource(8080, '127.0.0.1'));
    const close = await seen(8080, 'close', client.pid);
    client.end();
    assert.ok(close);
    assert.equal(close.side, 'client');
    assert.equal(close.isLocal, true);
    assert.equal(close.program?.path, process.execPath);
    assert.deepEqual(sums(running.told, close.startMs, 8080), [5, 1000]);
  });

  test('tells a connection that is reset, with its bytes', async () => {
    const client = startScript(connectSource(8081, '127.0.0.1'));
    const close = await seen(8081, 'close', client.pid);
    client.end();
    assert.ok(close);
    assert.deepEqual(sums(running.told, close.startMs, 8081), [5, 1000]);
  });

  test('tells a refused connection once', async () => {
    const client = startScript(connectSource(8089, '127.0.0.1'));
    const open = await seen(8089, 'open');
    client.end();
    // Inside the task it is refused before the call returns: nobody can see whose it was.
    assert.deepEqual([open?.action, open?.side], ['reject', 'client']);
    assert.equal(running.told.filter(({ sighting }) => sighting.kind === 'network' && sighting.serverPort === 8089).length, 1);
  });

  test('tells IPv6', async () => {
    const client = startScript(connectSource(8082, '::1'));
    const close = await seen(8082, 'close', client.pid);
    client.end();
    assert.equal(close?.serverAddress, '::1');
    assert.deepEqual(sums(running.told, close.startMs, 8082), [5, 1000]);
  });

  test('tells connections to and from outside, each side as it is', async () => {
    const client = startScript(connectSource(9090, '10.77.0.2'));
    const outgoing = await seen(9090, 'close', client.pid);
    client.end();
    assert.equal(outgoing?.side, 'client');
    assert.equal(outgoing.isLocal, undefined);
    assert.deepEqual(sums(running.told, outgoing.startMs, 9090), [5, 500]);
    far.send('go');
    const incoming = await running.until('network', ({ activity, clientAddress }) => activity === 'close' && clientAddress === '10.77.0.2');
    assert.equal(incoming?.side, 'server');
    assert.equal(incoming.serverPort, 8080);
    assert.equal(incoming.program?.path, process.execPath);
    assert.deepEqual(sums(running.told, incoming.startMs, 8080), [9, 1000]);
  });

  test('tells one beginning of datagrams to one far end, then their bytes', async () => {
    const client = startScript(`const s = require('node:dgram').createSocket('udp4'); let n = 0; const t = setInterval(() => { s.send('x'.repeat(600), 8125, '127.0.0.1'); if (++n === 20) clearInterval(t); }, 100);`);
    const open = await seen(8125, 'open', client.pid);
    const traffic = await seen(8125, 'traffic', client.pid);
    client.end();
    assert.deepEqual([open?.protocol, open?.side, open?.clientSentBytes], [17, 'client', 600]);
    assert.ok(traffic !== undefined && traffic.clientSentBytes >= 4_096);
    assert.equal(running.told.filter(({ sighting }) => sighting.kind === 'network' && sighting.serverPort === 8125 && sighting.activity === 'open').length, 1);
  });

  test('tells names and their answers before the connection they explain', async () => {
    const client = startScript(`
      const { Resolver } = require('node:dns'); const resolver = new Resolver({ timeout: 20000, tries: 1 }); resolver.setServers(['127.0.0.1']);
      resolver.resolve4('Db.Internal.example', (error, [address]) => { ${connectSource(8080, '127.0.0.5')} });`);
    const open = await running.until('network', ({ serverAddress }) => serverAddress === '127.0.0.5');
    const answer = running.told.find(({ sighting }) => sighting.kind === 'dns' && sighting.responseCode === 'NOERROR')?.sighting;
    assert.ok(open && answer?.kind === 'dns');
    assert.deepEqual([answer.queryName, answer.queryType, answer.responseCode, answer.answers], ['db.internal.example', 'A', 'NOERROR', ['127.0.0.5']]);
    // Header, name, type and class; the answer repeats them and adds a record of 16 bytes. A resolver may append one of its own.
    const questionBytes = 12 + 'db.internal.example'.length + 2 + 4;
    assert.ok(answer.queryBytes !== undefined && answer.queryBytes >= questionBytes);
    assert.equal(answer.answerBytes, questionBytes + 16);
    const order = running.told.map(({ sighting }) => sighting);
    assert.ok(order.indexOf(answer) < order.indexOf(open));
    client.end();
  });

  test('tells a listener soon after it appears, and when it goes; nothing of our own sockets', async () => {
    const { createServer, connect } = await import('node:net');
    const own = createServer((socket) => socket.end()).listen(7001, '127.0.0.1');
    const visitor = connect(8080, '127.0.0.1', () => visitor.write('ours')).resume();
    const caller = startScript(connectSource(7001, '127.0.0.1'));
    assert.equal(await caller.line(), 'closed');
    const listener = startScript(`require('node:net').createServer().listen(7002, '127.0.0.1', () => console.log('ready'));`);
    await listener.line();
    const listen = await running.until('socket', ({ localPort }) => localPort === 7002, 1_500);
    assert.equal(running.told.find(({ sighting }) => sighting === listen)?.pid, listener.pid);
    listener.end();
    const close = await running.until('socket', ({ localPort, activity }) => localPort === 7002 && activity === 'close', 1_500);
    caller.end();
    own.close();
    assert.ok(close);
    assert.equal(running.told.filter(({ sighting }) => (sighting.kind === 'socket' && sighting.localPort === 7001) || (sighting.kind === 'network' && sighting.serverPort === 7001)).length, 0);
    assert.equal(running.told.filter(({ pid }) => pid === process.pid).length, 0);
  });

  test('tells a connection that nobody answers once, though it is asked for again and again', async () => {
    const open = await running.until('network', ({ serverPort }) => serverPort === 4444, 6_000);
    assert.equal(open?.action, 'reject');
    // Nobody answers for half a second: an attempt is news whether or not somebody might still.
    assert.ok(open.timeMs - open.startMs >= 500 && open.timeMs - open.startMs < 1_500, `after ${open.timeMs - open.startMs} ms`);
    assert.equal(running.told.find(({ sighting }) => sighting === open)?.pid, asker.pid);
    // A second repetition of the question comes three seconds after it began, a third after seven.
    await sleep(Math.max(0, open.startMs + 7_500 - Date.now()));
    assert.equal(running.told.filter(({ sighting }) => sighting.kind === 'network' && sighting.serverPort === 4444).length, 1);
  });

  test('tells a name that nobody answers for', async () => {
    const silence = await running.until('dns', ({ queryName }) => queryName === 'silent.example', 8_000);
    assert.deepEqual([silence?.responseCode, silence?.answers], ['TIMEOUT', []]);
  });
});
