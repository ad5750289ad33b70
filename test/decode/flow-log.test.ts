/** VPC flow logs: layouts, sides, and what a record cannot tell. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flowFields, flowLine } from '#contract';
import type { DecodeSettings, NetworkActivity } from '#contract';
import { flowLog } from '../../src/decode/flow-log.ts';
import { isSourceClient } from '../../src/decode/flow-sides.ts';
import { eventsIn, lineRecord } from './sample.ts';

function flow(line: string, settings: DecodeSettings = {}): NetworkActivity {
  const [event] = eventsIn(flowLog.open(settings).decode(lineRecord(line)));
  assert.equal(event?.kind, 'network');
  return event as NetworkActivity;
}

/** A record whose fields are named, in the order given. */
function named(fields: Record<string, string | number>): NetworkActivity {
  return flow(Object.values(fields).join(' '), { flowFields: Object.keys(fields) });
}

const base = { srcaddr: '10.0.0.5', dstaddr: '10.0.1.6', srcport: 40_000, dstport: 443, protocol: 6, bytes: 700, end: 1_700_000_060 };

test('a default line is read by its places', () => {
  const event = flow('2 123456789010 eni-1235b8ca123456789 172.31.16.139 203.0.113.9 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK');
  assert.deepEqual(
    [event.timeMs, event.startMs, event.clientAddress, event.serverAddress, event.serverPort, event.protocol, event.packets],
    [1_418_530_070_000, 1_418_530_010_000, '172.31.16.139', '203.0.113.9', 22, 6, 20],
  );
  assert.deepEqual([event.clientSentBytes, event.serverSentBytes, event.action, event.side], [4_249, 0, 'accept', 'client']);
  assert.deepEqual(event.subject, { account: '123456789010', networkInterface: 'eni-1235b8ca123456789', address: '172.31.16.139' });
});

test('a header names the fields in any order, and a later one replaces it', () => {
  const run = flowLog.open({});
  assert.deepEqual(run.decode(lineRecord('dstaddr srcaddr bytes end dstport srcport protocol custom-field')), { skipped: 'header' });
  const [first] = eventsIn(run.decode(lineRecord('8.8.8.8 10.0.0.5 10 1700000000 53 40000 17 x')));
  assert.deepEqual([(first as NetworkActivity).serverAddress, (first as NetworkActivity).serverPort], ['8.8.8.8', 53]);
  assert.deepEqual(run.decode(lineRecord('srcaddr dstaddr end')), { skipped: 'header' });
  const [second] = eventsIn(run.decode(lineRecord('10.0.0.5 9.9.9.9 1700000000')));
  assert.equal((second as NetworkActivity).serverAddress, '9.9.9.9');
  assert.deepEqual(run.decode(lineRecord('10.0.0.5 9.9.9.9')), { unreadable: 'expected 3 flow log fields, found 2' });
});

test('all fields to version 8 with those of ECS are filed under the task', () => {
  const line = flowLine({ at: '2024-01-01T00:00:30Z', service: 'checkout', task: 7, to: '52.95.110.1', port: 443, bytes: 9_000, awsService: 's3' });
  for (const order of [flowFields.split(' '), [flowFields], flowFields.split(' ').map((name) => `\${${name}}`)]) {
    const event = flow(line, { flowFields: order });
    const task = '00000007000000070000000700000007';
    assert.deepEqual(event.subject, {
      account: '111122223333', region: 'eu-west-1', cluster: 'shop', service: 'checkout', task,
      networkInterface: `eni-${task.slice(0, 17)}`, address: '10.0.0.7',
    });
    assert.deepEqual([event.side, event.serverService, event.clientSentBytes], ['client', 'S3', 9_000]);
  }
});

test('cluster, task, family and account come out of ARNs where their names are not logged', () => {
  const { subject } = named({
    ...base, 'account-id': 'unknown', 'ecs-cluster-arn': 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
    'ecs-task-arn': 'arn:aws:ecs:eu-west-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
    'ecs-task-definition-arn': 'arn:aws:ecs:eu-west-1:111122223333:task-definition/web:12', 'ecs-service-name': '-',
  });
  assert.deepEqual(subject, {
    account: '111122223333', region: 'eu-west-1', cluster: 'shop', task: '0123456789abcdef0123456789abcdef', family: 'web', revision: '12',
  });
});

test('an answer is bytes of the server', () => {
  const event = named({ ...base, srcaddr: '203.0.113.9', dstaddr: '10.0.0.5', srcport: 443, dstport: 40_000, 'flow-direction': 'ingress' });
  assert.deepEqual([event.clientAddress, event.serverAddress, event.serverPort], ['10.0.0.5', '203.0.113.9', 443]);
  assert.deepEqual([event.clientSentBytes, event.serverSentBytes, event.side, event.subject.address], [0, 700, 'client', '10.0.0.5']);
});

test('a request to the task makes it the server', () => {
  const event = named({ ...base, srcaddr: '203.0.113.9', dstaddr: '10.0.0.5', 'flow-direction': 'ingress' });
  assert.deepEqual([event.side, event.serverAddress, event.subject.address], ['server', '10.0.0.5', '10.0.0.5']);
});

test('behind a NAT the far end is the address of the packet', () => {
  const event = named({ ...base, 'flow-direction': 'egress', 'pkt-srcaddr': '10.0.0.99', 'pkt-dstaddr': '198.51.100.3' });
  assert.deepEqual([event.clientAddress, event.serverAddress, event.subject.address], ['10.0.0.5', '198.51.100.3', '10.0.0.5']);
});

test('between two private addresses without direction the side is unknown', () => {
  const event = named(base);
  assert.deepEqual([event.side, event.subject.address], ['unknown', undefined]);
});

test('a private address facing a public one is the own', () => {
  for (const own of ['10.1.2.3', '172.16.0.1', '172.31.255.1', '192.168.1.1', '100.64.0.1']) {
    assert.equal(named({ ...base, srcaddr: own, dstaddr: '8.8.8.8' }).subject.address, own);
    assert.equal(named({ ...base, srcaddr: '8.8.8.8', dstaddr: own }).subject.address, own);
  }
  for (const other of ['172.15.0.1', '172.32.0.1', '100.63.0.1', '100.128.0.1']) {
    assert.equal(named({ ...base, srcaddr: other, dstaddr: '8.8.8.8' }).side, 'unknown');
  }
});

test('who sent the SYN is the client, whatever the ports', () => {
  assert.ok(isSourceClient({ sourcePort: 443, destinationPort: 50_000, tcpFlags: 2 }));
  assert.ok(isSourceClient({ sourcePort: 443, destinationPort: 50_000, tcpFlags: 3 }));
  assert.ok(!isSourceClient({ sourcePort: 50_000, destinationPort: 443, tcpFlags: 18 }));
  assert.ok(!isSourceClient({ sourcePort: 50_000, destinationPort: 443, tcpFlags: 19 }));
});

test('without flags the ports decide', () => {
  const sides: [number, number, boolean][] = [
    [40_000, 443, true], [443, 40_000, false], [40_000, 8_080, true], [8_080, 40_000, false],
    [5_000, 443, true], [443, 5_000, false], [50_051, 40_000, true], [40_000, 50_051, false], [123, 123, true], [0, 0, true],
  ];
  for (const [sourcePort, destinationPort, expected] of sides) {
    assert.equal(isSourceClient({ sourcePort, destinationPort, tcpFlags: 0 }), expected, `${sourcePort} to ${destinationPort}`);
  }
});

test('no data is skipped, and skipped data is a gap in what is seen', () => {
  const run = flowLog.open({});
  assert.deepEqual(run.decode(lineRecord('2 1 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA')), { skipped: 'no data' });
  const [event] = eventsIn(run.decode(lineRecord('2 1 eni-11111111aaaaaaaaa - - - - - - - 1431280876 1431280934 - SKIPDATA')));
  assert.ok(event?.kind === 'coverage');
  assert.deepEqual([event.state, event.timeMs, event.subject.networkInterface], ['lossy', 1_431_280_934_000, 'eni-11111111aaaaaaaaa']);
});

test('rejected flows say so, and IPv6 is read', () => {
  const event = flow('2 1 eni-1235b8ca123456789 2001:db8:1234:a100:8d6e:3477:df66:f105 2001:db8:1234:a102:3304:8879:34cf:4071 34892 22 6 54 8855 1477913708 1477913820 REJECT OK');
  assert.deepEqual([event.action, event.serverPort, event.side], ['reject', 22, 'unknown']);
});

test('transit gateway flow logs are refused in words', () => {
  const run = flowLog.open({});
  const refusal = { unreadable: 'transit gateway flow log: only VPC flow logs are read' };
  assert.deepEqual(run.decode(lineRecord('version resource-type account-id tgw-id tgw-attachment-id srcaddr dstaddr')), refusal);
  assert.deepEqual(run.decode(lineRecord('6 TransitGateway 1 tgw-1 tgw-attach-1 10.0.0.1 10.0.0.2')), refusal);
});

test('flow logs are recognised by header, default line, or an interface and a status', () => {
  const recognise = (line: string) => flowLog.recognise([lineRecord(line)]);
  assert.equal(recognise('version account-id interface-id srcaddr'), 1);
  assert.equal(recognise('2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 1 1 2 ACCEPT OK'), 1);
  assert.equal(recognise('eni-1 10.0.0.1 10.0.0.2 OK'), 1);
  for (const line of ['', 'the quick brown fox', 'GET / HTTP/1.1', '1 2 3', 'start end of the action', 'port type']) {
    assert.equal(recognise(line), 0, line);
  }
  assert.match(JSON.stringify(flowLog.open({}).decode(lineRecord('eni-1 10.0.0.1 10.0.0.2 OK'))), /--flow-fields/);
});

test('wrong values in every field cost at most the record', () => {
  const run = flowLog.open({ flowFields: flowFields.split(' ') });
  const line = flowLine({ at: 0, service: 'a', task: 1, to: '8.8.8.8', port: 1, bytes: 1 }).split(' ');
  for (let at = 0; at < line.length; at++) {
    for (const wrong of ['-', 'x', '-1', '1e999', '9'.repeat(400), '1.5', '__proto__', '\u001b[31m', '<b>']) {
      const decoded = run.decode(lineRecord([...line.slice(0, at), wrong, ...line.slice(at + 1)].join(' ')));
      for (const event of 'events' in decoded ? decoded.events : []) {
        assert.ok(event.kind === 'network' && Number.isSafeInteger(event.timeMs) && Number.isSafeInteger(event.clientSentBytes));
        assert.ok(event.serverPort >= 0 && event.serverPort <= 65_535);
      }
    }
  }
});

test('a refused packet that came in is the attempt of its sender, whatever its ports', () => {
  const line = (from: string, to: string, fromPort: number, toPort: number): string =>
    `2 123456789010 eni-1235b8ca123456789 ${from} ${to} ${fromPort} ${toPort} 6 1 40 1418530010 1418530070 REJECT OK`;
  const sideOf = (text: string): unknown => {
    const decoded = flowLog.open({}).decode({ text, origin: { file: 'test', line: 1 } });
    assert.ok('events' in decoded);
    const [event] = decoded.events;
    assert.ok(event?.kind === 'network');
    return [event.side, event.serverPort];
  };
  assert.deepEqual(sideOf(line('203.0.113.9', '10.0.0.5', 443, 50_051)), ['server', 50_051]);
  assert.deepEqual(sideOf(line('10.0.0.5', '203.0.113.9', 50_051, 443)), ['client', 443]);
});
