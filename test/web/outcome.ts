/** Outcomes to draw: a rich one as a real day gives it, an empty one, a hostile one, and one far too large. */
import type { Alert, ChartPoint, ChartSeries, EntityOutcome, OwnerKind, ReplayOutcome, SeenRow, Severity } from '#contract';

const startMs = Date.parse('2026-03-03T16:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const account = '123456789012';

/** Numbers that look random and are the same in every run (a linear congruence, Numerical Recipes). */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function series(metric: string, unit: ChartSeries['unit'], usual: number, spikeAtMs?: number, factor = 8, count = 1_560): ChartSeries {
  const roll = dice(metric.length * 7 + usual);
  const points = Array.from({ length: count }, (_, index): ChartPoint => {
    const timeMs = startMs + Math.round((index * 26 * hour) / count);
    const daily = 1 + 0.35 * Math.sin(((timeMs % (24 * hour)) / (24 * hour)) * 2 * Math.PI);
    const isSpike = spikeAtMs !== undefined && Math.abs(timeMs - spikeAtMs) < 6 * minute;
    const value = usual * daily * (0.85 + 0.3 * roll()) * (isSpike ? factor : 1);
    const isKnown = timeMs > startMs + 2 * hour;
    return { timeMs, minimum: value * 0.94, maximum: value, low: isKnown ? usual * daily * 0.7 : null, high: isKnown ? usual * daily * 1.35 : null };
  });
  return { metric, unit, container: 'app', points: points.filter(({ timeMs }) => timeMs < startMs + 8 * hour || timeMs > startMs + 9 * hour) };
}

function entity(name: string, kind: OwnerKind, changes: Partial<EntityOutcome> = {}): EntityOutcome {
  return {
    owner: { kind, account, region: 'eu-west-1', cluster: kind === 'service' ? 'shop' : '', name },
    name: name.replace(/^arn:[^/]*\//, ''),
    tasks: 14, events: 41_210, feeds: ['firelens', 'flow-log', 'task-metadata'],
    firstSeenMs: startMs, lastSeenMs: startMs + 26 * hour, readyFromMs: startMs + 2 * hour, judgedShare: 0.92,
    series: [], destinations: [], kinds: [], calls: [], ...changes,
  };
}

const row = (what: string, detail: string, count: number, tasks: number, isNew = false, afterMs = 3 * minute): SeenRow =>
  ({ what, detail, firstSeenMs: startMs + (isNew ? 26 * hour - afterMs : afterMs), count, tasks, isNew });

export function alertOf(of: EntityOutcome, afterMs: number, severity: Severity, title: string, changes: Partial<Alert> = {}): Alert {
  const { kind, region, cluster, name } = of.owner;
  return {
    schemaVersion: 1, id: `${afterMs.toString(16)}${title.length}`.padStart(16, '0'), revision: 1, incident: null, status: 'resolved', detector: 'egress-volume', severity, title,
    summary: `${title}; usually 0.2 to 3.1 MB a minute over 21 days and 140 tasks.`,
    firstSeen: new Date(startMs + afterMs).toISOString(), lastSeen: new Date(startMs + afterMs + 9 * minute).toISOString(), count: 5,
    entity: { kind, name, account, region, cluster, container: 'app', instance: '0f1e2d3c4b5a69788796a5b4c3d2e1f0', phase: 'run', revision: '41' },
    object: 'container.network.tx', attack: ['T1048'],
    evidence: {
      observed: 41_000_000, expected: '0.2 to 3.1 MB a minute', unit: 'bytes/min', score: 0.97,
      records: [{ file: 'shop/flows-2026-03-04.log.gz', line: 20_113, raw: '7 123456789012 eni-0a1b2c3d 10.0.3.17 203.0.113.77 48812 443 6 31120 41022110 1772646900 1772646960 ACCEPT OK shop checkout 0f1e2d3c4b5a69788796a5b4c3d2e1f0' }],
    },
    explanation: {
      history: '21 days, 140 tasks, since 11 Feb', quiet: 'Three more tasks sending as much on two days, or the address allowed in the configuration.',
      lookFirst: 'What /tmp/.x is, the program that sent it (started by sh, 18:12 UTC).', deployment: 'Revision 41 was first seen 22 minutes before.',
    },
    ...changes,
  };
}

export function richOutcome(): ReplayOutcome {
  const burst = 26 * hour - 40 * minute;
  const checkout = entity('checkout', 'service', {
    series: [series('container.network.tx', 'bytes/min', 1_600_000, startMs + burst, 14), series('container.cpu.utilization', 'ratio', 0.22, startMs + burst, 3), series('container.memory.usage', 'bytes', 310_000_000), series('log.lines', 'lines/min', 240)],
    destinations: [row('203.0.113[.]77', 'TCP 443, no name was looked up', 214, 1, true, 40 * minute), row('aws:DYNAMODB', 'TCP 443', 18_220, 14), row('payments.example', 'TCP 443, api.payments.example', 4_402, 14), row('10.0.3.0/24', 'TCP 5432', 31_911, 14)],
    kinds: [row('FATAL cannot open <*>: permission denied', 'FATAL', 3, 1, true, 38 * minute), row('GET /cart/<*> <*> <*>ms', 'INFO', 210_411, 14), row('payment <*> authorised for order <*>', 'INFO', 40_118, 14), row('retrying <*> after <*>', 'WARN', 611, 9)],
    calls: [row('secretsmanager GetSecretValue', 'prod/payments/key', 2, 1, true, 38 * minute), row('dynamodb PutItem', 'orders', 12_020, 14)],
  });
  const cart = entity('cart', 'service', { series: [series('container.cpu.utilization', 'ratio', 0.4, startMs + 14 * hour, 2.2), series('container.network.tx', 'bytes/min', 900_000)], tasks: 6, kinds: [row('connection to <*> reset', 'ERROR', 340, 6, true, 12 * hour), ...Array.from({ length: 30 }, (_, index) => row(`handled request ${index} in <*> ms`, 'INFO', 9_000 - index * 211, 6))] });
  const role = entity(`arn:aws:iam::${account}:role/shop-checkout-task`, 'principal', { tasks: 0, feeds: ['cloudtrail'], events: 1_204, calls: [row('iam AttachRolePolicy', 'AdministratorAccess', 1, 0, true, 30 * minute), row('sts GetCallerIdentity', '', 3, 0, true, 36 * minute), row('dynamodb Query', 'orders', 1_200, 0)] });
  const quiet = entity('search', 'service', { series: [series('container.cpu.utilization', 'ratio', 0.31)], destinations: [row('aws:S3', 'TCP 443', 1_204, 4)] });
  const young = entity('reports', 'service', { readyFromMs: undefined, judgedShare: 0, firstSeenMs: startMs + 20 * hour, events: 311, tasks: 1 });
  const api = { detector: 'privilege-change', evidence: { observed: 'AttachRolePolicy', expected: 'never by this role', unit: 'calls', score: 0.99, records: [{ file: 'trail/2026-03-04.json.gz', record: 211, eventId: '6f2d9a5e-0000-4000-8000-1b2c3d4e5f60', raw: '{"eventName":"AttachRolePolicy","requestParameters":{"policyArn":"arn:aws:iam::aws:policy/AdministratorAccess","roleName":"shop-checkout-task"}}' }] }, object: 'iam AttachRolePolicy', attack: ['T1098.003'] };
  const lines = { detector: 'log-novelty', attack: [], evidence: { observed: '3 lines', expected: 'none', unit: 'lines', score: 0.7, records: [{ file: 'shop/app-2026-03-04.ndjson.gz', line: 250_991, raw: '{"log":"FATAL cannot open /tmp/.x: permission denied"}' }] } };
  const cpu = { detector: 'resource-usage', object: 'container.cpu.utilization', attack: ['T1496'], evidence: { observed: 0.88, expected: '31 to 54 %', unit: 'ratio', score: 0.8, records: [] } };
  const place = { observed: '203.0.113[.]77:443', expected: '4 destinations', unit: 'destination', score: 0.9, records: [] };
  const alerts = [
    alertOf(cart, 13 * hour + 50 * minute, 'medium', 'cart uses 88 % of its CPU, twice what is usual at this hour', cpu),
    alertOf(cart, 14 * hour + 2 * minute, 'low', 'cart writes a kind of line never seen: connection to <*> reset', { ...lines, object: 'connection to <*> reset' }),
    alertOf(young, 22 * hour, 'low', 'reports sends no flow records: the flow log was silent for 40 min', { detector: 'coverage-silent', lastSeen: new Date(startMs + 22.7 * hour).toISOString(), attack: [] }),
    alertOf(checkout, burst - 3 * minute, 'medium', 'checkout writes a kind of line never seen: cannot open <*>: permission denied', { ...lines, object: 'FATAL cannot open <*>' }),
    alertOf(checkout, burst, 'high', 'checkout sent 41 MB to an address it never used'),
    alertOf(checkout, burst + minute, 'high', 'checkout talks to 203.0.113[.]77:443, which it never did', { detector: 'new-destination', object: '203.0.113.77:443', evidence: place }),
    alertOf(role, burst + 2 * minute, 'high', 'shop-checkout-task read the secret prod/payments/key for the first time', api),
    alertOf(role, burst + 10 * minute, 'critical', 'shop-checkout-task gave itself AdministratorAccess', api),
    alertOf(role, burst + 14 * minute, 'critical', 'shop-checkout-task stopped the trail org-trail', { ...api, object: 'cloudtrail StopLogging' }),
  ];
  return {
    version: '0.1.0', alerts,
    reading: [
      { file: 'shop/app-2026-03-04.ndjson.gz', bytes: 18_220_114, formats: { firelens: 251_204 }, records: 251_204, events: 251_202, skipped: {}, unreadable: [{ reason: 'the record ends in the middle of a string', count: 2, first: { file: 'shop/app-2026-03-04.ndjson.gz', line: 20_113 }, raw: '{"log":"payment 77' }], notes: ['The file ends in the middle of record 251,205 (gzip cut off).'] },
      { file: 'shop/flows-2026-03-04.log.gz', bytes: 4_120_998, formats: { 'vpc-flow-log': 88_120 }, records: 88_120, events: 88_004, skipped: { 'header': 1, NODATA: 115 }, unreadable: [], notes: [] },
      { file: 'trail/2026-03-04.json.gz', bytes: 911_220, formats: { cloudtrail: 1_448 }, records: 1_448, events: 1_448, skipped: {}, unreadable: [], notes: [] },
    ],
    records: 340_772, events: 340_654, unreadable: 2,
    setAside: { future: 1, past: 0, olderThanState: 0, outsideSpan: 0, alreadyRead: 0 }, duplicates: 3, unattributed: 12,
    span: { fromMs: startMs, toMs: startMs + 26 * hour }, teachUntilMs: startMs + 2 * hour,
    entities: [cart, checkout, role, quiet, young],
    detectors: [
      { id: 'egress-volume', title: 'Task sends far more than its service is used to', judged: 20_114, abstained: 2_050, alerts: 1, quarantined: [] },
      { id: 'log-novelty', title: 'A kind of line never seen', judged: 251_000, abstained: 204, alerts: 2, quarantined: [] },
      { id: 'privilege-change', title: 'Someone or something gains rights', judged: 1_448, abstained: 0, alerts: 3, quarantined: [] },
      { id: 'dns-tunnel', title: 'Names that carry data', judged: 0, abstained: 0, alerts: 0, quarantined: [] },
    ],
    blind: ['No DNS queries were read: names of addresses are known only where a flow log names the cloud service.', 'Flow logs were silent from 4 Mar 00:00 to 01:00 UTC for every task.'],
    bounds: ['cart reached its 1,000 kinds of lines; 12 kinds after that share one series.'],
    command: 'fargazer replay shop trail --learn-for 2h --report report.html', isInterrupted: false, isRawKept: true,
  };
}

export function quietOutcome(): ReplayOutcome {
  const rich = richOutcome();
  return { ...rich, alerts: [], entities: rich.entities.slice(1, 4).map((one) => ({ ...one, destinations: one.destinations.filter(({ isNew }) => !isNew), kinds: [], calls: [], series: one.series.slice(2) })), unreadable: 0, reading: rich.reading.slice(1), setAside: { ...rich.setAside, future: 0 }, duplicates: 0, unattributed: 0, blind: [], bounds: [] };
}

export const attack = '"><img src=x onerror="globalThis.hit=1"><svg/onload=globalThis.hit=2></script><script>globalThis.hit=3</script>\' onmouseover=\'globalThis.hit=4 <!-- ]]> &lt; \u202e\u001b[31m\u0000\ud800 javascript:globalThis.hit=5';

/** The rich outcome with the attack in every text. */
export function hostileOutcome(): ReplayOutcome {
  const keep = new Set(['schemaVersion', 'severity', 'status', 'firstSeen', 'lastSeen', 'kind', 'phase', 'unit', 'feeds']);
  const spoil = (value: unknown, key: string): unknown => {
    if (keep.has(key)) return value;
    if (typeof value === 'string') return `${value} ${attack}`;
    if (Array.isArray(value)) return value.map((item) => spoil(item, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name === 'firelens' ? attack : name, spoil(part, name)]));
  };
  return spoil(richOutcome(), '') as ReplayOutcome;
}

/** 10,000 alerts about 500 entities with 2,000 points and long texts everywhere. */
export function hugeOutcome(): ReplayOutcome {
  const rich = richOutcome();
  const long = `${'&<>"'.repeat(80)} and more`;
  const severities: Severity[] = ['low', 'medium', 'high', 'critical'];
  const [chart] = rich.entities[1]?.series ?? [];
  const entities = Array.from({ length: 500 }, (_, index) => entity(`service-${index}-${long}`, 'service', {
    series: chart === undefined ? [] : Array.from({ length: 6 }, (__, nth) => ({ ...chart, metric: `${chart.metric}.${nth}` })),
    kinds: Array.from({ length: 100 }, (__, nth) => row(`${nth} ${long}`, long, nth, 3, nth % 2 === 0)),
  }));
  const alerts = Array.from({ length: 10_000 }, (_, index) => {
    const of = entities[index % 500] ?? entities[0];
    if (of === undefined) throw new Error('no entity');
    return alertOf(of, (index % 1_560) * minute, severities[index % 4] ?? 'low', `alert ${index} ${long}`, {
      id: String(index), evidence: { observed: long, expected: long, unit: 'x', score: 0.5, records: Array.from({ length: 5 }, () => ({ file: long, line: 1, raw: '"'.repeat(600) })) },
    });
  });
  return { ...rich, alerts, entities, blind: Array.from({ length: 5_000 }, () => long), reading: Array.from({ length: 2_000 }, (_, index) => ({ ...(rich.reading[0] as ReplayOutcome['reading'][number]), file: `${index} ${long}` })) };
}
