/** Whom an address belongs to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { domainOf, networkOf, peerOf } from '../../src/engine/peers.ts';

test('an address without a name belongs to its /24 or /48', () => {
  assert.equal(networkOf('203.0.113.77').network, '203.0.113.0/24');
  assert.equal(networkOf('2001:db8:12:34::1').network, '2001:db8:12::/48');
  assert.equal(networkOf('2001:DB8:0012::9').network, '2001:db8:12::/48');
  assert.equal(networkOf('::ffff:203.0.113.77').network, '203.0.113.0/24');
});

test('private ranges are known, and what is beside them is not private', () => {
  for (const address of ['10.255.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '127.0.0.1', '169.254.170.2', '100.64.0.1', '::1', 'fe80::1', 'fd00::1']) assert.equal(networkOf(address).isPrivate, true, address);
  for (const address of ['11.0.0.1', '172.15.0.1', '172.32.0.1', '192.169.0.1', '100.128.0.1', '8.8.8.8', '2001:db8::1', 'no address']) assert.equal(networkOf(address).isPrivate, false, address);
});

test('a name belongs to its registrable domain, and customers of one provider are apart', () => {
  assert.equal(domainOf('api.eu.partner.co.uk'), 'partner.co.uk');
  assert.equal(domainOf('partner.com'), 'partner.com');
  assert.equal(domainOf('bucket-a.s3.amazonaws.com'), 'bucket-a.s3.amazonaws.com');
  assert.notEqual(domainOf('mine.github.io'), domainOf('theirs.github.io'));
  assert.equal(domainOf('localhost'), 'localhost');
});

test('a name is worth more than a cloud service, and that more than a network', () => {
  assert.deepEqual(peerOf('52.1.2.3', ['api.partner.com'], 'S3'), { peer: 'partner.com', peerKind: 'name', isPrivate: false });
  assert.deepEqual(peerOf('52.1.2.3', [], 'S3'), { peer: 'aws:S3', peerKind: 'cloud-service', isPrivate: false });
  assert.deepEqual(peerOf('52.1.2.3', [], undefined), { peer: '52.1.2.0/24', peerKind: 'network', isPrivate: false });
});

test("a cloud's general address space is nobody's", () => {
  for (const service of ['AMAZON', 'EC2', 'GLOBALACCELERATOR', 'CLOUDFRONT']) assert.equal(peerOf('52.1.2.3', [], service).peerKind, 'network', service);
});

test('any text is answered, bounded, and twice alike', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.ipV4(), fc.ipV6(), fc.domain()), (text) => {
      const peer = peerOf(text, [], undefined);
      assert.ok(peer.peer.length <= 64);
      assert.ok(domainOf(text).length <= Math.max(128, 253));
      assert.deepEqual(peerOf(text, [], undefined), peer);
    }),
    { numRuns: 500 },
  );
});
