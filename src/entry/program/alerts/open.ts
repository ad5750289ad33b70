/** What is open: incidents with the alerts in them, the gravest first. */
import { severities, type Store } from '#contract';
import { Silencer } from '../../../alerting/stages/silencer.ts';
import type { AlertsListing } from '../../cli/alerts-program.ts';
import { silencesIn } from './silences.ts';
import { alertingIn } from './state-of-alerting.ts';

/** Incidents whose last alert is not over; with `isAll` those that are over and still remembered too. */
export async function openAlerts(store: Store, nowMs: number, isAll: boolean): Promise<AlertsListing> {
  const { state, walkedMs, pending } = await alertingIn(store);
  const silencer = new Silencer(new Map((await silencesIn(store)).map((silence) => [silence.id, silence])));
  const incidents: AlertsListing['incidents'] = [];
  for (const incident of state.incidents.values()) {
    const alerts = incident.alerts.flatMap((id) => {
      const record = state.alerts.get(id);
      if (record === undefined) return [];
      const isOpen = record.endsMs > (walkedMs ?? 0);
      const silence = silencer.mutes(record.labels, nowMs)?.id;
      return [{
        id, isOpen, severity: record.severity, detector: record.labels.detector ?? '', service: record.labels.service ?? '', firstSeenMs: record.firstSeenMs,
        ...(record.alert === undefined ? {} : { title: record.alert.title }),
        ...(silence === undefined ? {} : { silence }),
      }];
    });
    const isOpen = alerts.some((alert) => alert.isOpen);
    if (!isOpen && !isAll) continue;
    alerts.sort((left, right) => left.firstSeenMs - right.firstSeenMs || (left.id < right.id ? -1 : 1));
    incidents.push({ id: incident.id, severity: incident.severity, isOpen, firstMs: incident.firstMs, lastMs: incident.lastMs, alertCount: incident.alertCount, alerts });
  }
  const rank = (severity: (typeof severities)[number]): number => severities.indexOf(severity);
  incidents.sort((left, right) => Number(right.isOpen) - Number(left.isOpen) || rank(right.severity) - rank(left.severity) || left.firstMs - right.firstMs);
  return { incidents, walkedMs, waiting: pending.filter(({ number }) => number > state.through).length };
}
