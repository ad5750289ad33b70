/** What a crowd of functions is set to: detectors that find something everywhere, graver and less grave, and alerting with something of everything. */
import type { AlertingSettings, Detector, Severity } from '#contract';
import type { MakeWalk } from '../../../src/entry/program/engine.ts';
import type { SilenceRequest } from '../../../src/alerting/pipeline.ts';
import { matchers, minute, settings } from '../../alerting/pipeline/making.ts';
import { finders, walkOf } from '../../engine/watching.ts';

const grades: Readonly<Record<string, { severity: Severity; attack: string[] }>> = {
  'finds-api-call': { severity: 'medium', attack: ['T1098'] },
  'finds-destination': { severity: 'high', attack: ['T1048'] },
  'finds-dns-lookup': { severity: 'medium', attack: ['T1071.004'] },
  'finds-task-change': { severity: 'critical', attack: [] },
};

const graded: readonly Detector[] = finders.map((detector) => ({ ...detector, ...grades[detector.id] }));

export const makeWalk: MakeWalk = (run, state, lateness) => walkOf(graded, { ...run, ...(lateness === undefined ? {} : { lateness }) }, state);

/** Names of the notifiers. */
export const notifierNames = ['chat', 'pager'] as const;

/** Waits, intervals and ends of minutes, so that a run of two hours meets each of them; with stories, or alerts for themselves. */
export function alertingOf(hasStories: boolean): AlertingSettings {
  return settings({
    route: {
      receiver: 'team', groupBy: ['service', 'detector'], groupWaitMs: minute, groupIntervalMs: 4 * minute, repeatIntervalMs: 19 * minute,
      routes: [
        { matchers: matchers('severity=~"high|critical"'), receiver: 'duty', continue: true, groupBy: ['service'] },
        { matchers: matchers('kind="principal"'), receiver: 'audit', continue: true, groupBy: ['account', 'detector'], muteTimes: ['break'] },
        { matchers: matchers('detector=~"finds-log-kind|finds-dns-lookup"'), groupBy: ['...'], groupWaitMs: 0 },
      ],
    },
    receivers: { team: { outputs: ['chat'], sendResolved: true }, duty: { outputs: ['pager', 'chat'], sendResolved: true }, audit: { outputs: ['chat'], sendResolved: false } },
    inhibit: { rules: [{ source: matchers('severity="critical"'), target: matchers('severity="low"'), equal: ['service'] }], deployments: true, coverage: true, stories: hasStories },
    // Of a run that begins at eight.
    muteTimes: { break: [{ times: [[535, 560]], weekdays: [], daysOfMonth: [], months: [], years: [], location: 'UTC' }] },
    caps: { messagesPerHour: 8, digestAfterMs: 3 * minute },
    resolveAfterMs: 12 * minute,
  });
}

/** Somebody knows of a service for an hour. */
export function knownFrom(startsMs: number): SilenceRequest {
  return { matchers: matchers('service="payments"'), author: 'mai', reason: 'being moved', startsMs, endsMs: startsMs + 60 * minute };
}

/** Somebody wants quiet in a hurry, for longer than it turns out to be needed. */
export function hastyFrom(startsMs: number): SilenceRequest {
  return { matchers: matchers('detector="finds-destination"', 'service=~"ca.*"'), author: 'jo', reason: 'looking into it', startsMs, endsMs: startsMs + 90 * minute };
}
