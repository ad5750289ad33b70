/** An alert that says what a test wants, in all its texts. */
import type { Alert } from '#contract';
import { anAlert } from './alert.ts';

/** All texts are these, in turn; ids, times and enumerations stay. */
export function spoiltAlert(texts: readonly string[]): Alert {
  let next = 0;
  const text = (): string => texts[next++ % texts.length] ?? '';
  const { entity, evidence } = anAlert();
  return anAlert({
    detector: text(), title: text(), summary: text(), object: text(), attack: [text(), text()],
    entity: { ...entity, kind: text(), name: text(), account: text(), region: text(), cluster: text(), container: text(), instance: text(), revision: text() },
    evidence: { ...evidence, observed: text(), expected: text(), unit: text(), records: [{ file: text(), raw: text(), eventId: text() }] },
    explanation: { history: text(), quiet: text(), lookFirst: text(), deployment: text() },
  });
}
