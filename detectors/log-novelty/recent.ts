/** What one task's new lines were told under in the last half hour: one cause is one alert, and many are one too. */
import { severities, type Evidence, type LogKind, type Severity } from '#contract';
import { shortLine } from '../line-phrase.ts';

/** As long as an episode of an alert goes on without a finding. */
export const windowMs = 30 * 60_000;
/** Lines of one cause (an error, what caused it, what gave up after it) are written within seconds. */
const causeMs = 10_000;
/** A few minutes: what a start, a mode or an intruder's session brings at once. */
const burstMs = 5 * 60_000;
/** Far more than are told one by one. */
const toldLimit = 32;

/** A kind that was told: under which alert, how severe, when, and its text. */
type Told = [templateId: string, object: string, step: number, timeMs: number, text: string];

export interface Recent {
  told: Told[];
  /** Kinds that had no room. */
  more: number;
}

/** Under which alert a kind is told. */
export interface Place {
  object: string;
  /** Kinds told there by this task, with this one. */
  together: number;
  /** The kind that the alert began with, where that is another, and how severe it was. */
  first?: { text: string; severity: Severity };
}

export const manyKinds = 'many kinds';

export function createRecent(): Recent {
  return { told: [], more: 0 };
}

export function noteRecent(recent: Recent, { templateId, template, timeMs }: LogKind, said: readonly Evidence[]): void {
  const { told } = recent;
  if (told.length > 0 && timeMs - told[0]![3] > windowMs) {
    recent.told = told.filter(([, , , toldMs]) => timeMs - toldMs <= windowMs);
    if (recent.told.length === 0) recent.more = 0;
  }
  const [evidence] = said;
  if (evidence === undefined || recent.told.some(([id]) => id === templateId)) return;
  if (recent.told.length >= toldLimit) recent.more += 1;
  else recent.told.push([templateId, evidence.object, severities.indexOf(evidence.severity ?? 'low'), timeMs, shortLine(template)]);
}

function under({ told, more }: Recent, object: string): Place {
  const there = told.filter(([, other]) => other === object);
  const [first] = there;
  return { object, together: there.length + 1 + (object === manyKinds ? more : 0), ...(first === undefined ? {} : { first: { text: first[4], severity: severities[first[2]] ?? 'low' } }) };
}

/** Which alert a kind belongs to; `own` is its own object, `gathered` one that takes all that are not severe. */
export function placeOf(recent: Recent, kind: LogKind, severity: Severity, own: string, gathered: string | undefined, many: number): Place {
  const { told } = recent;
  const { timeMs, templateId } = kind;
  const before = told.findIndex(([id]) => id === templateId);
  if (before >= 0) {
    // Met again, it stays where it was told.
    const [, object] = told[before]!;
    return under({ told: told.slice(0, before), more: 0 }, object);
  }
  const step = severities.indexOf(severity);
  if (gathered !== undefined && step === 0) return under(recent, gathered);
  const cause = told.findLast(([, object, other, toldMs]) => object !== manyKinds && other >= step && Math.abs(timeMs - toldMs) <= causeMs);
  if (cause !== undefined) return under(recent, cause[1]);
  const alerts = new Set(told.filter(([, , , toldMs]) => Math.abs(timeMs - toldMs) <= burstMs).map(([, object]) => object));
  if (step < 2 && (alerts.has(manyKinds) || alerts.size + 1 >= many)) return under(recent, manyKinds);
  return { object: own, together: 1 };
}
