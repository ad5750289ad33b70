/**
 * The sink `cloudwatch-metrics`: an alert as one line in the embedded metric format, from which CloudWatch Logs makes metrics.
 * Format: Amazon CloudWatch user guide, "Specification: Embedded metric format". What came from telemetry stands beneath `alert`, so that it cannot
 * be a metric, a dimension or `_aws`; only dimension values are taken out of it, as printable ASCII (API reference, Dimension).
 */
import { SinkError, type Alert, type Sink } from '#contract';
import { fittedAlert } from '../../fit-alert.ts';
import { inSchemaOrder, safeJson } from '../../json.ts';
import { neverEmpty } from '../../never-empty.ts';
import { clip, sanitize } from '../../text.ts';
import type { CloudWatchMetricsOptions } from './options.ts';

/** Log drivers of containers cut lines at 16 KiB, and half a line is no metric; CloudWatch itself would take 256 KB. */
export const lineLimitBytes = 16_384;

/** Values of dimensions: the service takes 1,024; more than this is no name. */
const dimensionCharacters = 200;

/** CloudWatch takes times from 14 days ago to 2 hours ahead; an older alert is written all the same and gives no metric. */
export function cloudWatchMetrics(write: (text: string) => void | Promise<void>, { namespace = 'Fargazer', byEntity = false }: CloudWatchMetricsOptions = {}): Sink {
  return {
    name: 'cloudwatch-metrics',
    concurrency: 1,
    async send(alert) {
      const line = fittedAlert(alert, lineLimitBytes - 1, (fitting) => safeJson(metricDocument(fitting, namespace, byEntity)));
      if (line === undefined) throw new SinkError('too-large', 'The alert is over 16 KiB even shortened; no metric was written.', false);
      try {
        await write(`${line}\n`);
      } catch {
        throw new SinkError('write-failed', 'The metric could not be written: the output is closed or full.', false);
      }
    },
  };
}

/** One of `AlertsFired`, `AlertsUpdated` and `AlertsResolved` is 1; the others are 0, so that a sum over any time counts each alert once. */
function metricDocument(alert: Alert, namespace: string, byEntity: boolean): Record<string, unknown> {
  const { status, revision, severity, detector, entity } = alert;
  const isResolved = status === 'resolved';
  const metrics = { AlertsFired: !isResolved && revision === 1 ? 1 : 0, AlertsUpdated: !isResolved && revision > 1 ? 1 : 0, AlertsResolved: isResolved ? 1 : 0 };
  const dimensions: string[][] = [[], ['Severity'], ['Detector']];
  if (byEntity) dimensions.push(['Cluster', 'Entity']);
  return {
    _aws: {
      Timestamp: Date.parse(alert.lastSeen),
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: dimensions, Metrics: Object.keys(metrics).map((Name) => ({ Name, Unit: 'Count' })) }],
    },
    ...metrics,
    Severity: severity,
    Detector: dimensionValue(detector),
    ...(byEntity ? { Cluster: dimensionValue(entity.cluster), Entity: dimensionValue(entity.name) } : {}),
    alert: inSchemaOrder(alert),
  };
}

/** Printable ASCII, never empty. */
function dimensionValue(text: string): string {
  return neverEmpty(clip(sanitize(text), dimensionCharacters).replace(/[^\x20-\x7e]/gu, '?').trim());
}
