/**
 * The sink `eventbridge`: an alert as one event of PutEvents, `detail` being the alert as its published schema says.
 * Format: Amazon EventBridge API reference, PutEvents and PutEventsRequestEntry; user guide, "Calculating PutEvents event entry size".
 */
import type { EventBridgeClient, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { SinkError, type Alert, type Sink } from '#contract';
import { awsFailure, entryFailure, type AwsPlace } from '../../aws/failure.ts';
import { clientSettings, type AwsDependencies } from '../../aws/settings.ts';
import { fittedAlert } from '../../fit-alert.ts';
import { inSchemaOrder, safeJson } from '../../json.ts';
import type { EventBridgeOptions } from './options.ts';

/** An entry must be smaller than 256 KB. */
export const entryLimitBytes = 262_143;

/** What `Time` counts for, whatever it says. */
const timeBytes = 14;

export function eventBridge(options: EventBridgeOptions, dependencies: AwsDependencies = {}): Sink {
  const { bus = 'default', source = 'fargazer', region } = options;
  const place: AwsPlace = { service: 'EventBridge', target: `the bus ${bus}`, permission: 'events:PutEvents' };
  let made: Promise<EventBridgeClient> | undefined;

  async function client(): Promise<EventBridgeClient> {
    const kit = await import('@aws-sdk/client-eventbridge');
    return new kit.EventBridgeClient(clientSettings(region, options, dependencies));
  }

  return {
    name: 'eventbridge',
    async send(alert) {
      const entry = eventEntry(alert, bus, source);
      const { PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
      made ??= client();
      const answer = await (await made).send(new PutEventsCommand({ Entries: [entry] })).catch((error: unknown) => {
        throw awsFailure(error, place);
      });
      // The answer is 200 although the entry failed.
      const [result] = answer.Entries ?? [];
      if ((answer.FailedEntryCount ?? 0) > 0 || result?.ErrorCode !== undefined) throw entryFailure(result?.ErrorCode, place);
      if (result?.EventId === undefined) throw new SinkError('receiver-failed', `EventBridge gave no id for an event on ${bus}; it may not have it.`, true);
    },
    async close() {
      (await made)?.destroy();
    },
  };
}

/** The entry of an alert: `detail-type` says firing or resolved, so that a rule can tell them apart. */
export function eventEntry(alert: Alert, bus: string, source: string): PutEventsRequestEntry & { Detail: string } {
  const detailType = alert.status === 'resolved' ? 'Fargazer Alert Resolved' : 'Fargazer Alert Firing';
  const room = entryLimitBytes - timeBytes - Buffer.byteLength(source + detailType);
  const detail = fittedAlert(alert, room, (fitting) => safeJson(inSchemaOrder(fitting)));
  if (detail === undefined) throw new SinkError('too-large', 'The alert is over 256 KB even shortened; it was not sent to EventBridge.', false);
  return { EventBusName: bus, Source: source, DetailType: detailType, Detail: detail, Time: new Date(alert.lastSeen) };
}
