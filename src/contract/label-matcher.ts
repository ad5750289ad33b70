/** Matchers: what routes, inhibition and silences say about the labels of an alert, in the language of Alertmanager. */
import { linearPattern } from './linear-pattern.ts';

/** What an alert can be matched and grouped by; `alertname` is the detector, for those who come from Alertmanager. */
export const labelNames = [
  'alertname', 'detector', 'severity', 'service', 'cluster', 'account', 'region', 'container', 'task', 'kind', 'object', 'incident',
] as const;
export type LabelName = (typeof labelNames)[number];

/** Labels that are not empty; one that is absent matches as the empty text. */
export type Labels = Readonly<Partial<Record<LabelName, string>>>;

export const matchOperators = ['=~', '!~', '!=', '='] as const;
export type MatchOperator = (typeof matchOperators)[number];

export interface Matcher {
  name: LabelName;
  operator: MatchOperator;
  /** For `=~` and `!~` a pattern that the whole value has to match. */
  value: string;
}

/** Answers kept by a matcher, so that a pattern is run once for each value of a label. */
const keptAnswers = 2_000;

const written = /^\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*([^]*?)\s*$/;

/** `service=~"check.*"` or `severity=high`; a fault (no capital, no full stop) where it is no matcher or its label is none of `labelNames`. */
export function parseMatcher(text: string): Matcher | { fault: string; unknownLabel?: string } {
  const match = text.length > 2_000 ? null : written.exec(text);
  const [, name = '', operator = '', bare = ''] = match ?? [];
  if (match === null) return { fault: 'expected a matcher such as severity="high" or service=~"check.*"' };
  if (!isLabelName(name)) return { fault: `there is no label ${name}`, unknownLabel: name };
  const value = unquoted(bare);
  if (value === undefined) return { fault: 'expected the value in quotes that are closed' };
  if (operator === '=~' || operator === '!~') {
    const pattern = linearPattern(value);
    if ('fault' in pattern) return { fault: `the pattern ${JSON.stringify(value.slice(0, 80))} is refused: ${pattern.fault}` };
  }
  return { name, operator: operator as MatchOperator, value };
}

function isLabelName(name: string): name is LabelName {
  return (labelNames as readonly string[]).includes(name);
}

function unquoted(text: string): string | undefined {
  if (!text.startsWith('"')) return text.includes('"') ? undefined : text;
  if (!/^"(?:[^"\\]|\\[^])*"$/.test(text)) return undefined;
  return text.slice(1, -1).replace(/\\([^])/g, (_, character: string) => (character === 'n' ? '\n' : character === '"' || character === '\\' ? character : `\\${character}`));
}

export function matcherText({ name, operator, value }: Matcher): string {
  return `${name}${operator}${JSON.stringify(value)}`;
}

/** A test of one value. A pattern that `parseMatcher` would refuse matches nothing, so `!~` of it matches all. */
export function valueTest({ operator, value }: Matcher): (text: string) => boolean {
  if (operator === '=') return (text) => text === value;
  if (operator === '!=') return (text) => text !== value;
  const pattern = linearPattern(value);
  const isWanted = operator === '=~';
  if ('fault' in pattern) return () => !isWanted;
  const answers = new Map<string, boolean>();
  return (text) => {
    let answer = answers.get(text);
    if (answer === undefined) {
      if (answers.size >= keptAnswers) answers.clear();
      answer = pattern.test(text) === isWanted;
      answers.set(text, answer);
    }
    return answer;
  };
}

/** A test of labels by matchers that must all hold; none hold for everything. */
export function labelTest(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => ({ name: matcher.name, isValue: valueTest(matcher) }));
  return (labels) => {
    for (const { name, isValue } of tests) if (!isValue(labels[name] ?? '')) return false;
    return true;
  };
}
