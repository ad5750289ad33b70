/** A test message by the way that real ones go, and what the service said to it. */
import { createHash } from 'node:crypto';
import { SinkError, type Alert, type JsonValue, type Notification, type Notifier, type Sink } from '#contract';
import type { TrialRow } from '../../cli/alerts-program.ts';

/** These keep what was sent open until they are told that it is over; a test must not wake anybody twice. */
const keepOpen: ReadonlySet<string> = new Set(['alertmanager', 'jira-service-management', 'opsgenie', 'pagerduty', 'security-hub']);

export interface TrialSettings {
  sinks: readonly Sink[];
  notifiers: readonly Notifier[];
  /** Clock time. */
  nowMs: number;
  /** Takes secrets out of what a service said. */
  redact: (text: string) => string;
  onRow?: (row: TrialRow) => void;
}

export async function sendTests({ sinks, notifiers, nowMs, redact, onRow }: TrialSettings): Promise<TrialRow[]> {
  const rows: TrialRow[] = [];
  const outputs = [
    ...sinks.map((sink) => ({ sink, name: sink.name, send: async (status: Alert['status']) => void (await sink.send(testAlert(sink.name, nowMs, status))) })),
    ...notifiers.map((notifier) => {
      let receipt: JsonValue | undefined;
      return { sink: notifier, name: notifier.name, send: async (status: Alert['status']) => void (receipt = await notifier.notify(testNotification(notifier.name, nowMs, status), receipt)) };
    }),
  ];
  for (const { sink, name, send } of outputs) {
    const startMs = performance.now();
    const row = await rowOf(name, send, redact).finally(() => sink.close?.());
    rows.push({ ...row, tookMs: Math.round(performance.now() - startMs) });
    onRow?.(rows.at(-1)!);
  }
  return rows;
}

async function rowOf(output: string, send: (status: Alert['status']) => Promise<void>, redact: TrialSettings['redact']): Promise<Omit<TrialRow, 'tookMs'>> {
  let isTaken = false;
  try {
    await send('firing');
    isTaken = true;
    if (keepOpen.has(output)) await send('resolved');
    return { output, isDelivered: true, says: keepOpen.has(output) ? 'took the test, and that it is over' : 'took the test' };
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    const says = redact(error.message);
    return { output, isDelivered: false, says: isTaken ? `took the test, but not that it is over; close it there. ${says}` : says, code: error.code };
  }
}

/** The same test within a minute has the same id: who asks twice gets one message where the service can tell. */
function testId(output: string, nowMs: number): string {
  return createHash('sha256').update(`test\u0001${output}\u0001${Math.floor(nowMs / 60_000)}`).digest('hex').slice(0, 32);
}

/** Told in English, for programs; messages for people are marked in their own language. Names and addresses are those of documentation. */
function testAlert(output: string, nowMs: number, status: Alert['status']): Alert {
  const now = new Date(nowMs).toISOString();
  return {
    schemaVersion: 1,
    id: testId(output, nowMs).slice(0, 16),
    revision: status === 'firing' ? 1 : 2,
    incident: null,
    status,
    detector: 'fargazer-test',
    severity: 'low',
    title: 'Test: nothing happened',
    summary: 'A test of fargazer, sent by fargazer alerts test. Nothing happened; nobody needs to do anything.',
    firstSeen: now,
    lastSeen: now,
    count: 1,
    entity: { kind: 'service', name: 'fargazer-test', account: '', region: '', cluster: '', container: '', instance: '', phase: 'run' },
    object: 'fargazer alerts test',
    attack: [],
    evidence: { observed: 1, expected: 1, unit: 'tests', score: 0.5, records: [] },
    explanation: { history: 'A test has no history.', quiet: 'Not asking for a test.', lookFirst: 'Whether this message came where it should.' },
  };
}

function testNotification(output: string, nowMs: number, status: Alert['status']): Notification {
  const alert = testAlert(output, nowMs, status);
  const isFiring = status === 'firing';
  return {
    key: testId(output, nowMs),
    sequence: isFiring ? 1 : 2,
    receiver: output,
    reason: 'test',
    status,
    timeMs: nowMs,
    groupLabels: {},
    incidents: [{ id: alert.id, severity: 'low', status, firstMs: nowMs, lastMs: nowMs, alerts: [alert], alertCount: 1 }],
    incidentCount: 1,
  };
}
