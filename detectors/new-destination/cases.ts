/** Stories of new destinations: which must fire, and which stay quiet. */
import { ecsTaskEvent, flowLine, resolverLine } from '#contract';
import type { Case } from '#contract';
import { connectionLines, every, lookupLine, ordinary as sensed, teachUntil as sensedUntil, at as second } from '../case-lines.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const firstMs = Date.UTC(2026, 2, 2, 6);
const time = (minute: number): number => firstMs + minute * minuteMs;
const at = (minute: number): string => new Date(time(minute)).toISOString();

type Flow = Parameters<typeof flowLine>[0];
const flow = (minute: number, change: Partial<Flow>): string =>
  flowLine({ at: time(minute), service: 'checkout', task: 1, to: '198.51.100.20', port: 443, bytes: 4_000, ...change });

/** What tasks 1 and 2 of checkout do all day: a payment supplier by name, a database, storage, the resolver, the clock. */
function ordinary(from: number, to: number, change: Partial<Flow> = {}): string[] {
  const records: string[] = [];
  for (let minute = from; minute < to; minute += 2) {
    const task = 1 + (minute % 4) / 2;
    if (minute % 20 === 0) records.push(resolverLine({ at: time(minute), task, name: 'api.payments.example', answers: ['198.51.100.20'] }));
    records.push(
      flow(minute, { task, ...change }),
      flow(minute, { task, to: `10.0.9.${10 + (minute % 30)}`, port: 5432, bytes: 9_000, ...change }),
      flow(minute, { task, to: `52.218.${minute % 200}.${(minute * 7) % 250}`, awsService: 'S3', bytes: 20_000, ...change }),
      flow(minute, { task, to: '203.0.113.44', port: 123, protocol: 17, bytes: 76, ...change }),
    );
  }
  return records;
}

const taught = ordinary(0, 120);
const teachUntil = at(120);
const fires = (minute: number, object: string, severity?: string): Case['fires'] => [
  { from: at(minute - 1), to: at(minute + 1), object, ...(severity === undefined ? {} : { severity }) },
];

export const cases: Case[] = [
  {
    title: 'fires when a service talks to a public address without a name on a port that it never used',
    records: [...taught, ...ordinary(120, 160), flow(140, { to: '203.0.113.77', port: 4444 })],
    teachUntil,
    fires: fires(140, '203.0.113.0/24:4444/tcp', 'high'),
  },
  {
    title: 'fires as critical when much is sent there',
    records: [...taught, flow(140, { to: '203.0.113.77', port: 4444, bytes: 41_000_000 })],
    teachUntil,
    fires: fires(140, '203.0.113.0/24:4444/tcp', 'critical'),
  },
  {
    title: 'fires for a new name on the usual port',
    records: [...taught, resolverLine({ at: time(138), task: 1, name: 'paste.elsewhere.example', answers: ['192.0.2.9'] }), flow(140, { to: '192.0.2.9' })],
    teachUntil,
    fires: fires(140, 'elsewhere.example:443/tcp', 'medium'),
  },
  {
    title: 'fires when a known owner is reached on a port never used',
    records: [...taught, ...ordinary(120, 160), flow(140, { port: 22 })],
    teachUntil,
    fires: fires(140, 'payments.example:22/tcp', 'medium'),
  },
  {
    title: 'fires when the protocol is another on a known port',
    records: [...taught, ...ordinary(120, 160), flow(140, { protocol: 17, bytes: 60_000 })],
    teachUntil,
    fires: fires(140, 'payments.example:443/udp'),
  },
  {
    title: 'fires for a new peer inside the network, on a port for governing machines',
    records: [...taught, flow(140, { to: '10.0.77.5', port: 3389, bytes: 30_000 })],
    teachUntil,
    fires: fires(140, '10.0.77.0/24:3389/tcp', 'medium'),
  },
  {
    title: 'fires once for a scan of 256 networks inside',
    records: [...taught, ...Array.from({ length: 256 }, (_, index) => flow(140 + (index >> 7), { to: `10.1.${index}.7`, port: 22, bytes: 60 }))],
    teachUntil,
    fires: [{ from: at(139), to: at(142), object: /^10\.1\.\d+\.0\/24:22\/tcp$/, severity: 'high' }],
  },
  {
    title: 'fires once for a scan of the ports of one machine that is refused',
    records: [...taught, ...Array.from({ length: 200 }, (_, port) => flow(140, { to: '10.0.77.5', port: 1 + port, bytes: 60, action: 'REJECT' }))],
    teachUntil,
    fires: [{ from: at(139), to: at(141), object: /^10\.0\.77\.0\/24:\d+\/tcp$/, severity: 'high' }],
  },
  {
    title: 'fires as low for one attempt that was refused, and anew when it comes through',
    records: [...taught, flow(140, { to: '203.0.113.77', port: 443, bytes: 60, action: 'REJECT' }), flow(300, { to: '203.0.113.77', port: 443 })],
    teachUntil,
    fires: [...fires(140, '203.0.113.0/24:443/tcp', 'low'), ...fires(300, '203.0.113.0/24:443/tcp', 'medium')],
  },
  {
    title: 'fires for an IPv6 network',
    records: [...taught, flow(140, { to: '2001:db8:7:1::5', port: 8443 })],
    teachUntil,
    fires: fires(140, '[2001:db8:7::/48]:8443/tcp', 'high'),
  },
  {
    title: 'fires once for a service that the baseline of its cluster alone can judge',
    records: [...taught, ...[0, 2, 50, 90].map((minute) => flow(140 + minute, { service: 'mailer', task: 9, to: '203.0.113.77', port: 4444 })), flow(142, { service: 'mailer', task: 9 })],
    teachUntil,
    fires: fires(140, '203.0.113.0/24:4444/tcp'),
  },
  {
    title: 'fires for tunnelling through the port of the clock',
    records: [...taught, ...ordinary(120, 160), flow(141, { to: '203.0.113.77', port: 123, protocol: 17, bytes: 3_000_000 })],
    teachUntil,
    fires: fires(141, '203.0.113.0/24:123/udp'),
  },
  {
    title: 'stays quiet for other addresses of a known network and port',
    records: [...taught, ...ordinary(120, 160), flow(140, { to: '10.0.9.222', port: 5432 }), flow(141, { to: '10.0.9.3', port: 5432 })],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for other addresses of a known name',
    records: [
      ...taught,
      ...[140, 160, 180].flatMap((minute) => [
        resolverLine({ at: time(minute), task: 2, name: 'api-2.payments.example', answers: [`192.0.2.${minute}`] }),
        flow(minute + 1, { to: `192.0.2.${minute}` }),
      ]),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for any address of a storage service in use, and for another clock of the pool',
    records: [...taught, flow(140, { to: '3.5.140.9', awsService: 'S3', bytes: 9_000_000 }), flow(141, { to: '192.0.2.200', port: 123, protocol: 17, bytes: 76 })],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for what the options name as usual',
    records: [...taught, flow(140, { to: '203.0.113.77', port: 4444 }), flow(141, { to: '192.0.2.77', port: 8125, protocol: 17 })],
    options: { usualDestinations: ['203.0.113.0/24:4444', ':8125'] },
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet when a deployment replaces all tasks and they talk to whom their service talks',
    records: [
      ...taught,
      ...[11, 12].map((task) => ecsTaskEvent({ at: time(150), id: `0000-${task}`, service: 'checkout', task, revision: 2, lastStatus: 'RUNNING' })),
      ...ordinary(150, 200, { task: 11 }),
      ...ordinary(150, 200, { task: 12 }),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for a known destination that is refused',
    records: [...taught, flow(140, { to: '10.0.9.12', port: 5432, bytes: 60, action: 'REJECT' })],
    teachUntil,
    fires: [],
  },
  {
    title: 'tells a destination that stays in use once, and no more when it was seen on three days',
    records: [...taught, ...Array.from({ length: 100 }, (_, hour) => flowLine({ at: time(140) + hour * hourMs, service: 'checkout', task: 1, to: '203.0.113.77', port: 443, bytes: 4_000 }))],
    teachUntil,
    fires: fires(140, '203.0.113.0/24:443/tcp', 'medium'),
  },
  {
    title: 'fires at once for what the sensor sees, each place for itself, and on a port given out by chance inside',
    records: [
      ...sensed(0, 120),
      ...connectionLines({ at: 80, to: '203.0.113.77', port: 4_444 }),
      ...connectionLines({ at: 81, to: '192.0.2.9', port: 8_443 }),
      ...connectionLines({ at: 82, to: '10.0.77.5', port: 50_123 }),
    ],
    teachUntil: sensedUntil,
    fires: [['203.0.113.0/24:4444/tcp', 80], ['192.0.2.0/24:8443/tcp', 81], ['10.0.77.0/24:49152-65535/tcp', 82]].map(([object, from]) => ({ from: second(from as number), to: second((from as number) + 0.2), object: object as string })),
  },
  {
    title: 'stays quiet where a name comes late or not at all, and for another address of the same database',
    records: [
      ...sensed(0, 60),
      ...every(5, 0, 60, (at) => connectionLines({ at, to: '192.0.2.60' })),
      // Used without a name, then with one; used with a name, and by a task that knows none.
      lookupLine({ at: 70, name: 'late.supplier.example', answers: ['192.0.2.60'] }),
      ...connectionLines({ at: 71, to: '192.0.2.60' }),
      ...connectionLines({ at: 72, to: '198.51.100.20' }).map((line) => line.replaceAll('00000001', '00000002')),
      ...connectionLines({ at: 73, to: '10.0.9.44', port: 5_432 }),
      lookupLine({ at: 74, name: 'orders-db.shop.internal', answers: ['10.0.9.45'] }),
      ...connectionLines({ at: 75, to: '10.0.9.45', port: 5_432 }),
    ],
    teachUntil: sensedUntil,
    fires: [],
  },
  {
    title: 'stays quiet for other name servers while some fail, and for storms of retries',
    records: [
      ...sensed(0, 60),
      ...every(3, 0, 60, (at) => connectionLines({ at, to: '10.0.0.2', port: 53, protocol: 17 })),
      ...every(3, 60, 90, (at, index) => connectionLines({ at, to: `172.31.${index}.2`, port: 53, protocol: index % 2 === 0 ? 17 : 6 })),
      ...every(0.05, 90, 100, (at) => connectionLines({ at, to: '10.0.9.10', port: 5_432, isRejected: true })),
      ...every(0.05, 100, 105, (at) => connectionLines({ at, isRejected: true })),
    ],
    teachUntil: sensedUntil,
    fires: [],
  },
  {
    title: 'stays quiet on the link and within the task, for what calls it, and at ten times what was taught',
    records: [
      ...sensed(0, 60),
      ...sensed(60, 120, 10),
      ...connectionLines({ at: 80, to: '169.254.170.2', port: 80 }),
      ...connectionLines({ at: 81, to: '127.0.0.1', port: 9_999, isLocal: true }),
      ...connectionLines({ at: 82, side: 'server', port: 8_080, from: '203.0.113.200' }),
    ],
    teachUntil: sensedUntil,
    fires: [],
  },
  {
    title: 'fires anew for what opens a while after others, whatever refuses in the meantime',
    records: [
      ...sensed(0, 60),
      ...every(0.1, 70, 75, (at) => connectionLines({ at, to: '10.0.9.10', port: 5_432, isRejected: true })),
      ...every(100, 80, 1_000, (at, index) => connectionLines({ at, to: `203.0.${100 + index}.7`, port: 4_000 + index, isRejected: index === 0 })),
    ],
    teachUntil: sensedUntil,
    fires: Array.from({ length: 10 }, (_, index) => ({ from: second(80 + index * 100), to: second(80.2 + index * 100), object: `203.0.${100 + index}.0/24:${4_000 + index}/tcp` })),
  },
];
