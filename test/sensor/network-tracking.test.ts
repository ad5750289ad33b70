/** What is made of packets and tables that a test can write by hand: numbers that wrap, ends that come twice, floods. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { SocketEntry } from '../../src/sensor/native/socket-diagnosis.ts';
import { trackConnections, type Connections } from '../../src/sensor/network/connections.ts';
import { addressBytesOf, reversedKey } from '../../src/sensor/network/endpoints.ts';
import type { NetworkSighting, Outbox } from '../../src/sensor/network/outbox.ts';
import { flag, type Packet } from '../../src/sensor/network/packet.ts';

const port = (number: number): string => String.fromCharCode(number >> 8, number & 0xff);
const keyOf = (from: string, fromPort: number, to: string, toPort: number): string => addressBytesOf(from) + addressBytesOf(to) + port(fromPort) + port(toPort);
const toServer = keyOf('10.0.0.1', 40_000, '93.184.0.7', 443);
const toClient = reversedKey(toServer);
const segment = (key: string, flags: number, sequence: number, acknowledged = 0, payloadBytes = 0): Packet =>
  ({ protocol: 6, key, reversed: reversedKey(key), flags, sequence: sequence >>> 0, acknowledged: acknowledged >>> 0, payloadAt: 40, payloadBytes });
const entryOf = (key: string, values: Partial<SocketEntry> = {}): SocketEntry => ({ state: 1, key, userId: 1000, inode: 5, sentBytes: -1, receivedBytes: -1, packets: 0, ...values });
const { syn, fin, reset, acknowledged: ack } = flag;

describe('connections', () => {
  let told: NetworkSighting[];
  let hasPackets: boolean;
  let overflows: number;
  let connections: Connections;
  beforeEach(() => {
    told = [];
    hasPackets = true;
    overflows = 0;
    const outbox: Outbox = { ask() {}, askOwner() {}, flush() {}, push: (sighting) => void told.push(sighting as NetworkSighting) };
    connections = trackConnections({
      outbox, isEphemeral: (number) => number >= 32_768, isOwnAddress: (address) => address === addressBytesOf('10.0.0.1'), hasPackets: () => hasPackets, onOverflow: () => { overflows += 1; },
      listeners: { look() {}, onEvidence() {}, find: () => undefined, isListening: (_protocol, number) => number === 8080, isOwn: () => false },
    });
  });
  const open = (sequence: number, answer: number): void => {
    connections.onPacket(segment(toServer, syn, sequence), true, false, 1_000);
    connections.onPacket(segment(toClient, syn | ack, answer, sequence + 1), false, false, 1_010);
  };
  const last = (): [string | undefined, number, number] => [told.at(-1)?.activity, told.at(-1)!.clientSentBytes, told.at(-1)!.serverSentBytes];

  test('are counted over the end of 32 bits, and less what was told of them', () => {
    open(0xffff_fff0, 0xffff_ff00);
    connections.beginTable();
    connections.onSocket(entryOf(toServer, { sentBytes: 11, receivedBytes: 300 }), 2_000);
    assert.deepEqual(last(), ['traffic', 10, 300]);
    connections.onPacket(segment(toServer, fin | ack, 0xffff_fff1 + 100, 0, 20), true, false, 3_000);
    connections.onPacket(segment(toClient, fin | ack, 0xffff_ff01 + 5_000), false, false, 3_010);
    assert.deepEqual(last(), ['close', 110, 4_700]);
    assert.equal(connections.size, 0);
  });

  test('end once, whatever is repeated', () => {
    open(1, 1);
    for (let time = 0; time < 3; time += 1) {
      connections.onPacket(segment(toServer, fin | ack, 7), true, false, 2_000);
      connections.onPacket(segment(toClient, fin | ack, 9), false, false, 2_000);
      connections.onPacket(segment(toClient, reset, 9), false, false, 2_000);
    }
    assert.deepEqual(told.map(({ activity }) => activity), ['open', 'close']);
  });

  test('that are reset tell both sides by the one that resets', () => {
    open(1_000, 2_000);
    connections.onPacket(segment(toClient, reset | ack, 2_001 + 40, 1_001 + 30), false, false, 2_000);
    assert.deepEqual(last(), ['close', 30, 40]);
  });

  test('that an ICMP error refuses are told so, and not again by what comes later', () => {
    connections.onPacket(segment(toServer, syn, 1), true, false, 1_000);
    connections.onUnreachable(toServer, 1_100);
    connections.onPacket(segment(toServer, syn, 1), true, false, 2_000);
    connections.look(9_000);
    assert.deepEqual(told.map(({ action }) => action), ['reject']);
  });

  test('that nobody answers are told after half a second, of many at once sooner; one that is answered then is open like any other', () => {
    connections.onPacket(segment(toServer, syn, 1), true, false, 1_000);
    connections.look(1_400);
    assert.equal(told.length, 0);
    connections.look(1_500);
    assert.deepEqual(told.map(({ activity, action }) => [activity, action]), [['open', 'reject']]);
    connections.onPacket(segment(toServer, syn, 1), true, false, 2_000);
    connections.onPacket(segment(toClient, syn | ack, 5, 2), false, false, 2_100);
    connections.look(200_000);
    assert.deepEqual([told.length, told.at(-1)!.action, connections.size], [2, 'accept', 1]);
    for (let number = 1; number <= 20; number += 1) connections.onPacket(segment(keyOf('10.0.0.1', 41_000, `93.184.0.${number}`, 22), syn, 1), true, false, 300_000);
    connections.look(300_150);
    assert.equal(told.filter(({ serverPort, action }) => serverPort === 22 && action === 'reject').length, 20);
  });

  test('whose ends were used before are new ones', () => {
    open(1, 1);
    open(900, 900);
    assert.deepEqual(told.map(({ activity }) => activity), ['open', 'close', 'open']);
  });

  test('found in a table alone begin and end with it', () => {
    hasPackets = false;
    connections.beginTable();
    connections.onSocket(entryOf(toServer), 1_000);
    connections.onSocket(entryOf(keyOf('10.0.0.1', 8080, '10.9.9.9', 50_000)), 1_000);
    connections.endTable(1_000);
    assert.deepEqual(told.map(({ side, serverPort, clientAddress }) => [side, serverPort, clientAddress]), [['client', 443, '10.0.0.1'], ['server', 8080, '10.9.9.9']]);
    connections.beginTable();
    connections.onSocket(entryOf(toServer), 1_100);
    connections.endTable(1_100);
    assert.deepEqual(told.map(({ activity, serverPort }) => `${activity} ${serverPort}`), ['open 443', 'open 8080', 'close 8080']);
  });

  test('are followed up to a bound, and the same ones are not told again with every table', () => {
    for (let look = 0; look < 3; look += 1) {
      connections.beginTable();
      for (let number = 0; number < 20_000; number += 1) connections.onSocket(entryOf(keyOf('10.0.0.1', number, '93.184.0.7', 443)), 1_000);
      connections.endTable(1_000);
    }
    assert.ok(connections.size < 12_000);
    assert.equal(told.length, connections.size);
    assert.ok(overflows > 0);
    for (let number = 0; number < 40_000; number += 1) connections.onPacket(segment(keyOf('10.0.0.1', number, '93.184.0.8', 443), syn, 1), true, false, 2_000);
    assert.ok(connections.size <= 12_000);
  });
});
