/** Decisions: each stage says of each alert what it did and why. */
import type { AlertRecord, Decision, StageName } from './state.ts';

/** Of a longer life the beginning and the end are kept. */
const mostDecisions = 12;
const keptFromStart = 4;

/** Notes a decision; the same again only counts. */
export function decide(record: Pick<AlertRecord, 'decisions'>, timeMs: number, stage: StageName, reason: string, detail?: string): void {
  const { decisions } = record;
  const last = decisions.at(-1);
  if (last !== undefined && last.stage === stage && last.reason === reason && last.detail === detail) {
    last.lastMs = timeMs;
    last.times += 1;
    return;
  }
  const decision: Decision = { timeMs, lastMs: timeMs, times: 1, stage, reason };
  if (detail !== undefined) decision.detail = detail.slice(0, 200);
  decisions.push(decision);
  if (decisions.length > mostDecisions) decisions.splice(keptFromStart, 1);
}
