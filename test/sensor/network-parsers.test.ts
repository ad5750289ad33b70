/** The network part's readers of bytes that anybody may have made. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readSocketMessages, type SocketEntry } from '../../src/sensor/native/socket-diagnosis.ts';
import { parseConnectionCounts } from '../../src/sensor/network/connection-counters.ts';
import { readDnsMessage } from '../../src/sensor/network/dns-message.ts';
import { addressBytesOf, addressText, endpointsOf, reversedKey } from '../../src/sensor/network/endpoints.ts';
import { readPacket } from '../../src/sensor/network/packet.ts';
import { procSocketTable, readSocketText } from '../../src/sensor/network/socket-table.ts';
import { whyNoTimeWait } from '../../src/sensor/network/ways.ts';

const numRuns = 10_000;
const emptyEntry = (): SocketEntry => ({ state: 0, key: '', userId: 0, inode: 0, sentBytes: -1, receivedBytes: -1, packets: 0 });
const bytesOf = (...parts: (number[] | string)[]): Buffer => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));
const name = (...labels: string[]): string => `${labels.map((label) => String.fromCharCode(label.length) + label).join('')}\0`;

const tcp4 = bytesOf([0x45, 0, 0, 45, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 93, 184, 0, 7], [0x9c, 0x40, 0x01, 0xbb, 0, 0, 0, 9, 0, 0, 0, 5, 0x50, 0x11, 0, 0, 0, 0, 0, 0], 'hello');
const tcp6 = bytesOf([0x60, 0, 0, 0, 0, 28, 60, 64], `${'\0'.repeat(15)}\x01`, `\x20\x01\x0d\xb8${'\0'.repeat(11)}\x02`, [6, 0, 1, 4, 0, 0, 0, 0], [0x9c, 0x40, 0x01, 0xbb, 0, 0, 0, 9, 0, 0, 0, 0, 0x50, 0x02, 0, 0, 0, 0, 0, 0]);
const unreachable = bytesOf([0x45, 0, 0, 56, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 9, 10, 0, 0, 1], [3, 1, 0, 0, 0, 0, 0, 0], [...tcp4.subarray(0, 28)]);
const header = (answers: number): number[] => [0x12, 0x34, 0x81, 0x80, 0, 1, 0, answers, 0, 0, 0, 0];
const dns = bytesOf(header(2), name('Www', 'Example', 'com'), [0, 28, 0, 1], [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 6, 3, 0x63, 0x64, 0x6e, 0xc0, 16], [0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 9, 0, 16], `\x20\x01\x0d\xb8${'\0'.repeat(11)}\x02`);
const netlink = Buffer.alloc(16 + 72 + 4 + 144);
netlink.writeUInt32LE(netlink.length, 0);
netlink.writeUInt16LE(20, 4);
netlink.writeUInt32LE(7, 8);
netlink.set([10, 1], 16);
netlink.set([0x1f, 0x90, 0x9c, 0x40], 20);
netlink.set([0xff, 0xff, 127, 0, 0, 1], 24 + 10);
netlink.set([0xff, 0xff, 127, 0, 0, 2], 40 + 10);
netlink.writeUInt32LE(1000, 16 + 64);
netlink.writeUInt32LE(4242, 16 + 68);
netlink.writeUInt16LE(148, 88);
netlink.writeUInt16LE(2, 90);
netlink.writeUInt32LE(77, 92 + 120);
netlink.writeUInt32LE(1, 92 + 132);
const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0000000000000000 100 0 0 10 0
10001: 0000000000000000FFFF00000100007F:9C40 0000000000000000FFFF00000200007F:1F90 01 00000000:00000000 02:000A7214 00000000     0        0 777 2 0000000000000000 20 4 30 10 -1
  x: garbage
`;
const snmp = 'Ip: Forwarding\nIp: 1\nTcp: RtoAlgorithm ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab\nTcp: 1 7 5 3 2 1\n';

/** Random bytes, and good ones with some changed and cut: those reach deeper. */
const hostile = (good: Buffer): fc.Arbitrary<Buffer> => fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 }), fc.nat(good.length)).map(([changes, length]) => {
    const bytes = Buffer.from(good);
    for (const [at, value] of changes) bytes[at] = value;
    return bytes.subarray(0, length === 0 ? bytes.length : length);
  }),
);

describe('packets', () => {
  test('are read: ends, flags, numbers, payload', () => {
    const packet = readPacket(tcp4, tcp4.length)!;
    assert.deepEqual(endpointsOf(packet.key), { fromAddress: '10.0.0.1', toAddress: '93.184.0.7', fromPort: 40_000, toPort: 443 });
    assert.equal(packet.reversed, reversedKey(packet.key));
    assert.deepEqual([packet.protocol, packet.flags, packet.sequence, packet.acknowledged, packet.payloadAt, packet.payloadBytes], [6, 0x11, 9, 5, 40, 5]);
  });
  test('of IPv6 are read behind extension headers', () => {
    const packet = readPacket(tcp6, tcp6.length)!;
    assert.deepEqual(endpointsOf(packet.key), { fromAddress: '::1', toAddress: '2001:db8::2', fromPort: 40_000, toPort: 443 });
    assert.equal(packet.flags, 2);
  });
  test('that say what could not be delivered lead to it', () => {
    assert.equal(readPacket(unreachable, unreachable.length)?.about?.key, readPacket(tcp4, tcp4.length)?.key);
  });
  test('of any kind do no harm', () => {
    for (const good of [tcp4, tcp6, unreachable]) {
      fc.assert(fc.property(hostile(good), (bytes) => {
        const packet = readPacket(bytes, bytes.length);
        if (packet === undefined) return;
        assert.ok(packet.key.length === 12 || packet.key.length === 36);
        assert.ok(packet.payloadBytes >= 0 && packet.payloadBytes <= 65_535);
        endpointsOf(packet.key);
      }), { numRuns });
    }
  });
});

describe('name server messages', () => {
  test('are read: names, addresses, compression', () => {
    assert.deepEqual(readDnsMessage(dns, 0, dns.length), {
      id: 0x1234, isAnswer: true, responseCode: 'NOERROR', queryName: 'www.example.com', queryType: 'AAAA', answers: ['cdn.example.com', '2001:db8::2'],
    });
  });
  test('that lead in circles or ahead are refused', () => {
    for (const pointer of [12, 14, 0x3fff, 0]) {
      const message = bytesOf(header(0), [1, 0x61, 0xc0 | (pointer >> 8), pointer & 0xff, 0, 1, 0, 1]);
      assert.equal(readDnsMessage(message, 0, message.length), undefined);
    }
  });
  test('with control characters are told without them', () => {
    const message = bytesOf(header(0), name('a\nb.c', 'x'), [0, 1, 0, 1]);
    assert.equal(readDnsMessage(message, 0, message.length)?.queryName, 'a\\010b\\046c.x');
  });
  test('of any kind do no harm', () => {
    fc.assert(fc.property(hostile(dns), (bytes) => {
      const message = readDnsMessage(bytes, 0, bytes.length);
      if (message === undefined) return;
      assert.ok(message.answers.length <= 32);
      for (const told of [message.queryName, ...message.answers]) assert.match(told, /^[a-z0-9_.:\\-]{1,1020}$/);
    }), { numRuns });
  });
});

describe('socket messages', () => {
  test('are read: ends in the short form, user, inode, bytes beyond 32 bits', () => {
    const entry = emptyEntry();
    const visited: SocketEntry[] = [];
    assert.equal(readSocketMessages(netlink, netlink.length, 7, entry, (one) => visited.push({ ...one })), 'more');
    assert.deepEqual(visited.map(({ key }) => endpointsOf(key)), [{ fromAddress: '127.0.0.1', toAddress: '127.0.0.2', fromPort: 8080, toPort: 40_000 }]);
    assert.deepEqual([entry.userId, entry.inode, entry.sentBytes, entry.receivedBytes], [1000, 4242, 77, 4_294_967_296]);
  });
  test('of another question are left out', () => {
    readSocketMessages(netlink, netlink.length, 8, emptyEntry(), () => assert.fail('visited'));
  });
  test('of any kind do no harm', () => {
    fc.assert(fc.property(hostile(netlink), (bytes) => void readSocketMessages(bytes, bytes.length, 7, emptyEntry(), ({ key }) => void endpointsOf(key))), { numRuns });
  });
});

describe('the text of /proc/net', () => {
  test('is read: states asked for, both families, numbers of many digits', () => {
    const visited: SocketEntry[] = [];
    readSocketText(Buffer.from(text), 0xfff, emptyEntry(), (one) => visited.push({ ...one }));
    assert.deepEqual(visited.map(({ key, state, userId, inode }) => ({ ...endpointsOf(key), state, userId, inode })), [
      { fromAddress: '127.0.0.1', toAddress: '0.0.0.0', fromPort: 8080, toPort: 0, state: 10, userId: 1000, inode: 12_345 },
      { fromAddress: '127.0.0.1', toAddress: '127.0.0.2', fromPort: 40_000, toPort: 8080, state: 1, userId: 0, inode: 777 },
    ]);
  });
  test('of any kind does no harm', () => {
    const good = Buffer.from(text);
    fc.assert(fc.property(hostile(good), (bytes) => readSocketText(bytes, 0xfff, emptyEntry(), ({ key }) => void endpointsOf(key))), { numRuns });
  });
  test('of counters is read, and refused where it is something else', () => {
    assert.deepEqual(parseConnectionCounts(snmp), { activeOpens: 7, passiveOpens: 5, failedAttempts: 3, resets: 2 });
    assert.equal(parseConnectionCounts(snmp.replace(' 7 ', ' x ')), undefined);
    fc.assert(fc.property(hostile(Buffer.from(snmp)), (bytes) => void parseConnectionCounts(bytes.toString('latin1'))), { numRuns });
  });
});

test('why connections that ended are not seen: no table, or a kernel that keeps none', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-proc-'));
  context.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'net'));
  mkdirSync(join(folder, 'sys/net/ipv4'), { recursive: true });
  const why = (): string | undefined => whyNoTimeWait(folder, procSocketTable(join(folder, 'net')));
  assert.match(why() ?? '', /table of sockets cannot be read/);
  writeFileSync(join(folder, 'net/tcp'), text);
  assert.equal(why(), undefined, 'it does not say how many it keeps');
  writeFileSync(join(folder, 'sys/net/ipv4/tcp_max_tw_buckets'), '0\n');
  assert.match(why() ?? '', /keeps none/);
  writeFileSync(join(folder, 'sys/net/ipv4/tcp_max_tw_buckets'), '16384\n');
  assert.equal(why(), undefined);
});

test('addresses are the same as text and as bytes', () => {
  for (const address of ['10.0.0.1', '::1', '2001:db8::2', 'fe80::1:0:0:1', '1:2:3:4:5:6:7:8', '::']) {
    const bytes = addressBytesOf(address);
    assert.equal(addressText(bytes, 0, bytes.length), address);
  }
});
