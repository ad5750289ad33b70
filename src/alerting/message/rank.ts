/** Which alert of an incident is told first. */
import { severities, type Alert, type Incident } from '#contract';

/** What was only tried matters less than what was done. */
const tried = / tried to .*, (?:and was denied|which failed)$| tried to reach .*, and was refused$/;

/** Higher is told first: by severity, of these what came off, of these the surest. */
export function rankOf({ severity, title, evidence }: Alert): number {
  return severities.indexOf(severity) + (tried.test(title) ? 0 : 0.5) + evidence.score * 0.4;
}

/** The alert that stands for its incident: the highest, of equal ones the first. */
export function leadOf({ alerts }: Incident): Alert | undefined {
  return alerts.toSorted((a, b) => rankOf(b) - rankOf(a) || Date.parse(a.firstSeen) - Date.parse(b.firstSeen))[0];
}
