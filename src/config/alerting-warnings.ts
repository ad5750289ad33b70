/** Routes that contradict: allowed, but hardly meant. */
import { matcherText, valueTest, type AlertingSettings, type Matcher, type RouteOptions } from '#contract';

/** Sentences about routes that no alert can reach, and times that make no sense together; none where all is well. */
export function routeWarnings({ route }: AlertingSettings): string[] {
  const warnings: string[] = [];
  visit(route, 'route', [], warnings);
  return warnings;
}

function visit(route: RouteOptions, path: string, above: readonly Matcher[], warnings: string[]): void {
  const own = [...above, ...(route.matchers ?? [])];
  const clash = clashIn(own);
  if (clash !== undefined) warnings.push(`${path}: no alert can come here, for ${clash[0]} and ${clash[1]} never hold together.`);
  const { groupIntervalMs, repeatIntervalMs } = route;
  if (groupIntervalMs !== undefined && repeatIntervalMs !== undefined && repeatIntervalMs < groupIntervalMs) {
    warnings.push(`${path}.repeatInterval: it is shorter than groupInterval, so groupInterval is what counts.`);
  }
  const children = route.routes ?? [];
  for (const [at, child] of children.entries()) {
    const before = children.slice(0, at).findIndex((sibling) => sibling.continue !== true && takesAllOf(sibling, child));
    if (before >= 0) warnings.push(`${path}.routes[${at}]: no alert can come here, for ${path}.routes[${before}] takes them all before; move it up, or say continue: true there.`);
    visit(child, `${path}.routes[${at}]`, own, warnings);
  }
}

/** Each matcher of the first stands in the second too, or holds for the one value that the second asks for. */
function takesAllOf({ matchers: first = [] }: RouteOptions, { matchers: second = [] }: RouteOptions): boolean {
  return first.every((matcher) =>
    second.some((other) => other.name === matcher.name && (matcherText(other) === matcherText(matcher) || (other.operator === '=' && valueTest(matcher)(other.value)))),
  );
}

/** Two matchers of one label, one of which asks for a value that the other refuses. */
function clashIn(matchers: readonly Matcher[]): [string, string] | undefined {
  for (const wanted of matchers) {
    if (wanted.operator !== '=') continue;
    const refusing = matchers.find((other) => other.name === wanted.name && !valueTest(other)(wanted.value));
    if (refusing !== undefined) return [matcherText(wanted), matcherText(refusing)];
  }
  return undefined;
}
