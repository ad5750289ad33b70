/** Alerts as rows on the terminal, through the sink `console`. */
import { severities, type Alert } from '#contract';
import { console as consoleSink } from '../../alerting/sinks/console/index.ts';
import { number } from '../../alerting/text.ts';
import { paint, type Terminal } from './terminal.ts';

/** Rows on a terminal; more than this scrolls the outcome away. A pipe gets them all. */
const mostRows = 40;

/** The most severe alerts, in the order given. */
export function mostSevere(alerts: readonly Alert[], limit: number): readonly Alert[] {
  if (alerts.length <= limit) return alerts;
  const ranked = alerts.map((alert, index) => ({ index, rank: severities.indexOf(alert.severity) }));
  ranked.sort((left, right) => right.rank - left.rank || left.index - right.index);
  const kept = new Set(ranked.slice(0, limit).map(({ index }) => index));
  return alerts.filter((_, index) => kept.has(index));
}

export async function writeRows(alerts: readonly Alert[], terminal: Terminal): Promise<void> {
  const shown = terminal.isOutputTerminal ? mostSevere(alerts, mostRows) : alerts;
  const sink = consoleSink((text) => terminal.write(text), {
    columns: terminal.columns,
    color: terminal.hasColour,
    timeZone: terminal.timeZone,
  });
  for (const alert of shown) await sink.send(alert);
  const rest = alerts.length - shown.length;
  if (rest > 0) await terminal.write(paint(terminal, 'dim', `${number(rest)} less severe ${rest === 1 ? 'alert is' : 'alerts are'} not shown here: see --report or --output jsonl.\n`));
  if (alerts.length > 0) await terminal.write('\n');
}
