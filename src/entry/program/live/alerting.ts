/** Alerting within a step: what was told passes the pipeline at once, and what was decided is saved with it. */
import type { Alert, AlertingSettings, JsonValue, Notification } from '#contract';
import { Pipeline } from '../../../alerting/pipeline.ts';
import type { NewsItem } from '../../../engine/news.ts';

/** What a step saves of alerting. */
export interface Decided {
  /** As told, with the incident each is part of. */
  alerts: Alert[];
  notifications: Notification[];
  alerting: JsonValue;
}

export class Alerting {
  readonly pipeline: Pipeline;

  constructor(settings: AlertingSettings, packed: JsonValue | undefined) {
    this.pipeline = packed === undefined ? new Pipeline(settings) : Pipeline.unpack(settings, packed);
  }

  /** Alerts of one step, numbered from `firstNumber`, and everything that is due by a release time. */
  decide(news: readonly NewsItem[], firstNumber: number, releaseMs: number): Decided {
    const { pipeline } = this;
    pipeline.take(news.map(({ alert, releaseMs: toldMs }, place) => ({ number: firstNumber + place, alert, releaseMs: toldMs })));
    const notifications = Number.isFinite(releaseMs) ? pipeline.walkTo(releaseMs).map(({ notification }) => notification) : [];
    return {
      alerts: news.map(({ alert }) => ({ ...alert, incident: pipeline.incidentOf(alert.id) ?? null })),
      notifications,
      alerting: pipeline.pack(),
    };
  }
}
