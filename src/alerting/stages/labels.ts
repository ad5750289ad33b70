/** Labels of an alert, by which it is routed, grouped, inhibited and silenced. */
import type { Alert, LabelName, Labels, Severity } from '#contract';

/** Longer values are cut, so that neither memory nor matching depends on who writes names. */
const longestValue = 256;

/** `severity` is that of the story where alerts are told as stories, else the alert's own. */
export function labelsOf({ detector, entity, object }: Alert, incident: string, severity: Severity): Labels {
  const labels: Partial<Record<LabelName, string>> = { alertname: cut(detector), detector: cut(detector), severity };
  if (entity.name !== '') labels.service = cut(entity.name);
  if (entity.cluster !== '') labels.cluster = cut(entity.cluster);
  if (entity.account !== '') labels.account = cut(entity.account);
  if (entity.region !== '') labels.region = cut(entity.region);
  if (entity.container !== '') labels.container = cut(entity.container);
  if (entity.instance !== '') labels.task = cut(entity.instance);
  labels.kind = cut(entity.kind);
  if (object !== '') labels.object = cut(object);
  if (incident !== '') labels.incident = incident;
  return labels;
}

function cut(text: string): string {
  return text.length > longestValue ? text.slice(0, longestValue) : text;
}
