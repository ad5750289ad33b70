/** Resolver query logs: names, answers in both forms, and the address that asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolverLog } from '../../src/decode/resolver-log.ts';
import { jsonRecord, oneEvent, sampleLines } from './sample.ts';

/** Written after the published example. */
const query = {
  version: '1.100000', account_id: '111122223333', region: 'us-east-1', vpc_id: 'vpc-1', query_timestamp: '2021-02-04T17:51:55Z',
  query_name: 'WWW.Example.COM.', query_type: 'A', query_class: 'IN', rcode: 'NOERROR',
  answers: [{ Rdata: 'cdn.example.net.', Type: 'CNAME', Class: 'IN' }, { Rdata: '203.0.113.7', Type: 'A', Class: 'IN' }],
  srcaddr: '10.0.0.5', srcport: '56067', transport: 'UDP', srcids: { instance: 'i-1' }, firewall_rule_action: 'ALERT',
};

test('a query is lower case, without the final dot, and asked by its address', () => {
  const event = oneEvent(resolverLog, query, 'dns');
  assert.deepEqual([event.queryName, event.queryType, event.responseCode, event.answers], ['www.example.com', 'A', 'NOERROR', ['cdn.example.net', '203.0.113.7']]);
  assert.deepEqual(event.subject, { account: '111122223333', region: 'us-east-1', address: '10.0.0.5' });
  assert.equal(event.timeMs, Date.parse('2021-02-04T17:51:55Z'));
  assert.match(event.raw, /ALERT/);
});

test('real samples with a single answer as object are read', () => {
  for (const value of sampleLines('panther-tests/resolver.jsonl')) {
    assert.ok(resolverLog.accepts?.(value));
    const event = oneEvent(resolverLog, value, 'dns');
    assert.equal(event.answers.length, 1);
    assert.equal(event.timeMs, Date.parse('2022-06-25T00:27:53Z'));
  }
});

test('answers are bounded, and a query without time is unreadable in words', () => {
  const many = { ...query, answers: Array.from({ length: 500 }, (_, index) => ({ Rdata: `10.0.${index >> 8}.${index & 255}` })) };
  assert.equal(oneEvent(resolverLog, many, 'dns').answers.length, 32);
  assert.match(JSON.stringify(resolverLog.open({}).decode(jsonRecord({ ...query, query_timestamp: 5 })).toString()), /./);
  assert.match(JSON.stringify(resolverLog.open({}).decode(jsonRecord({ ...query, query_timestamp: '' }))), /query_timestamp as an ISO 8601 instant/);
});
