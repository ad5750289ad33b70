/** Events for tests of the engine: small, whole, and easy to vary. */
import { metricList, type LogRecord, type MetricSet, type MetricUnit, type NetworkActivity, type Subject } from '#contract';

const subject: Subject = { account: '111122223333', region: 'eu-west-1', cluster: 'shop', family: 'checkout', task: 'a'.repeat(32), container: 'app' };

export function logRecord(change: Partial<LogRecord> = {}): LogRecord {
  return {
    kind: 'log', feed: 'firelens', timeMs: Date.UTC(2026, 0, 5), timeNs: 0, id: 'id', hasOwnId: false, count: 1,
    subject, origin: { file: 'f', line: 1 }, raw: 'raw', templateId: 't1', template: 'a line', isContinuation: false, ...change,
  };
}

interface PointChange extends Partial<Omit<MetricSet, 'list' | 'values' | 'spans'>> {
  metric?: string;
  unit?: MetricUnit;
  value?: number;
  isCumulative?: boolean;
}

/** A set of one metric. */
export function metricPoint({ metric = 'container.cpu.usage', unit = 'cpu-units', value = 1, isCumulative = false, ...change }: PointChange = {}): MetricSet {
  const timeMs = change.timeMs ?? Date.UTC(2026, 0, 5);
  return {
    kind: 'metrics', feed: 'container-insights', timeMs, timeNs: 0, id: 'id', hasOwnId: false, count: 1, subject,
    origin: { file: 'f', line: 1 }, raw: 'raw', list: metricList([metric], [unit], [isCumulative]), values: [value], ...change,
  };
}

export function networkActivity(change: Partial<NetworkActivity> = {}): NetworkActivity {
  const timeMs = change.timeMs ?? Date.UTC(2026, 0, 5);
  return {
    kind: 'network', feed: 'flow-log', timeMs, timeNs: 0, id: 'id', hasOwnId: false, count: 1, subject,
    origin: { file: 'f', line: 1 }, raw: 'raw', clientAddress: '10.0.0.1', serverAddress: '52.1.2.3', serverPort: 443,
    protocol: 6, side: 'client', action: 'accept', clientSentBytes: 100, serverSentBytes: 200, packets: 3,
    startMs: timeMs - 30_000, ...change,
  };
}
