/** Destinations: what makes two of them one, what is weighed, and that hostile names change nothing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Destination } from '#contract';
import { createBurst, noteBurst, type Burst } from '../../detectors/new-destination/burst.ts';
import { isOfTheLink, keysOf, objectOf } from '../../detectors/new-destination/identity.ts';
import { severityOf, type Novelty } from '../../detectors/new-destination/weigh.ts';

function destination(change: Partial<Destination> = {}): Destination {
  const timeMs = change.timeMs ?? Date.UTC(2026, 0, 5);
  return {
    kind: 'destination', timeMs, minuteMs: timeMs, count: 1, records: [], peer: '203.0.113.0/24', peerKind: 'network', port: 443, protocol: 6,
    addresses: ['203.0.113.7'], names: [], sentBytes: 1_000, receivedBytes: 2_000, isRejected: false, isPrivate: false, ...change,
  };
}

const named = (peer: string, names: string[], isPrivate = false, addresses = ['198.51.100.4']): Partial<Destination> => ({ peer, peerKind: 'name', names, isPrivate, addresses });

describe('two destinations', () => {
  it('differ by owner, port, protocol, and by whether they were refused', () => {
    const all = [{}, { peer: '198.51.100.0/24' }, { port: 444 }, { protocol: 17 }, { isRejected: true }].map((change) => keysOf(destination(change))[0]);
    assert.equal(new Set(all).size, all.length);
  });

  it('are one on all dynamic ports of an owner', () => {
    assert.deepEqual(keysOf(destination({ port: 50_000 })), keysOf(destination({ port: 65_535 })));
    assert.notDeepEqual(keysOf(destination({ port: 50_000 })), keysOf(destination({ port: 49_151 })));
  });

  it('are one where clocks are asked, unless much is sent to one', () => {
    const clock = { port: 123, protocol: 17, sentBytes: 76 };
    assert.deepEqual(keysOf(destination(clock)), keysOf(destination({ ...clock, peer: '192.0.2.0/24' })));
    assert.notDeepEqual(keysOf(destination(clock)), keysOf(destination({ ...clock, sentBytes: 5_000_000 })));
  });

  it('are known inside by the name of the service, not by the namespace it shares', () => {
    assert.deepEqual(keysOf(destination(named('shop.internal', ['orders.shop.internal'], true))), ['orders.shop.internal|443|6']);
    assert.deepEqual(keysOf(destination(named('ec2.internal', ['ip-10-0-3-17.ec2.internal'], true, ['10.0.3.17']))), ['10.0.3.0/24|443|6']);
  });

  it('may be of any owner whose name leads to a shared address', () => {
    assert.deepEqual(keysOf(destination(named('elsewhere.example', ['api.payments.example', 'www.elsewhere.example']))), [
      'elsewhere.example|443|6',
      'payments.example|443|6',
    ]);
  });

  it('are told with brackets around IPv6, and pings without a port', () => {
    assert.equal(objectOf(destination({ peer: '2001:db8::/48' })), '[2001:db8::/48]:443/tcp');
    assert.equal(objectOf(destination({ port: 0, protocol: 1 })), '203.0.113.0/24/icmp');
  });
});

describe('the link', () => {
  it('is multicast, broadcast, loopback and what Fargate gives each task; the metadata of the machine is not', () => {
    for (const address of ['224.0.0.251', '239.255.255.250', 'ff02::fb', '255.255.255.255', '127.0.0.53', '169.254.170.2']) {
      assert.equal(isOfTheLink(destination({ addresses: [address] })), true, address);
    }
    for (const address of ['169.254.169.254', '10.0.0.5', '8.8.8.8', 'no address', '']) {
      assert.equal(isOfTheLink(destination({ addresses: [address] })), false, address);
    }
    assert.equal(isOfTheLink(destination({ addresses: [] })), false);
  });
});

describe('the weight of a destination', () => {
  const novelty: Novelty = { isOwnerKnown: false, isPortKnown: false, areNamesKnown: true, isDeployed: false, together: 1, hasMore: false };
  const thresholds = { muchSentBytes: 1_000_000, manyDestinations: 8 };
  const weigh = (change: Partial<Destination>, of: Partial<Novelty> = {}): string => severityOf(destination(change), { ...novelty, ...of }, thresholds);

  it('rises without a name where names are known, on a new port, and with what is sent', () => {
    assert.equal(weigh({}), 'high');
    assert.equal(weigh({}, { areNamesKnown: false }), 'medium');
    assert.equal(weigh({}, { isPortKnown: true }), 'medium');
    assert.equal(weigh({ sentBytes: 2_000_000 }), 'critical');
    assert.equal(weigh(named('example.com', ['example.com'])), 'medium');
  });

  it('falls where it was refused, where a deployment just happened, and where owner and port are both known', () => {
    assert.equal(weigh({ isRejected: true }), 'medium');
    assert.equal(weigh({}, { isPortKnown: true, isDeployed: true }), 'low');
    assert.equal(weigh({}, { isPortKnown: true, isOwnerKnown: true }), 'low');
  });

  it('is low inside on a port in use, and higher on those that govern machines', () => {
    assert.equal(weigh({ isPrivate: true }, { isPortKnown: true }), 'low');
    assert.equal(weigh({ isPrivate: true, port: 22 }, { isPortKnown: true }), 'medium');
    assert.equal(weigh({ isPrivate: true, addresses: ['169.254.169.254'], port: 80 }), 'high');
  });
});

describe('what a task met', () => {
  it('stays bounded and plain JSON whatever comes', () => {
    const text = fc.oneof(fc.string({ maxLength: 40 }), fc.ipV4(), fc.ipV6(), fc.domain(), fc.constantFrom('__proto__', 'constructor'));
    const any = fc.record({
      timeMs: fc.integer({ min: -1_000, max: 10_000_000 }),
      peer: text,
      peerKind: fc.constantFrom('name' as const, 'network' as const, 'cloud-service' as const),
      port: fc.integer({ min: 0, max: 65_535 }),
      protocol: fc.integer({ min: 0, max: 255 }),
      addresses: fc.array(text, { maxLength: 3 }),
      names: fc.array(text, { maxLength: 3 }),
      isPrivate: fc.boolean(),
      isRejected: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 200 }), (changes) => {
        const burst = createBurst();
        for (const change of changes) noteBurst(burst, destination(change));
        assert.ok(burst.met.length <= 64);
        assert.deepEqual(JSON.parse(JSON.stringify(burst)) as Burst, burst);
      }),
      { numRuns: 50 },
    );
  });
});
