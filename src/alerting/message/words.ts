/** What a language has to bring: the sentences of an alert, and the words around them. */
import type { Alert, Fact, Severity } from '#contract';
import type { Reader } from './moment.ts';

export interface Words {
  /** What stands before the title of a test. */
  testMark: string;
  labels: Readonly<Partial<Record<Fact['kind'], string>>>;
  /** What happened, as a sentence without a full stop; the service's own name first. */
  title(alert: Alert): string;
  /** How unusual it is and what else is known, without what the title said. */
  unusual(alert: Alert): string;
  lookFirst(alert: Alert): string;
  deployment(alert: Alert): string | undefined;
  history(alert: Alert): string;
  quiet(alert: Alert): string;
  /** The service or principal and where it runs. */
  whom(alert: Alert): string;
  /** The title told after others of the same entity: without its name. */
  step(alert: Alert, before: Alert): string;
  /** Dated steps as one text; `left` more are not told. */
  story(steps: readonly { time: string; text: string; times: number }[], left: number): string;
  over(title: string): string;
  still(title: string): string;
  /** What is added to the time: how long it lasted or goes on, how many alerts. */
  lasted(ms: number, alertCount: number, isOver: boolean): string;
  /** Other incidents of the same notification, and how many are not named. */
  others(titles: readonly string[], left: number): string;
  digestTitle(count: number, since: string): string;
  digestNames(byName: readonly [string, number][]): string;
  digestLook: string;
  bySeverity(counts: readonly [Severity, number][]): string;
  /** Beneath a picture: over how long it goes. */
  recent(ms: number): string;
  /** What a picture shows, for those who do not see it: its caption, the least and the most, what is usual. */
  pictured(caption: string, values: string, usual: string): string;
  testTitle: string;
  testText: string;
  nothing: string;
  when(firstMs: number, lastMs: number, reader: Reader): string;
  /** Between label and text, between two sentences, between two parts. */
  pause: string;
}
