/** Evidence in sentences: what the task did, how unusual that is, what would have made it quiet. */
import type { Evidence, History, MetricMinute, Reading } from '#contract';
import { counted, shortName } from '../phrase.ts';
import { amount, doing, firstLook, noun, range } from './resources.ts';
import type { Weighed } from './weigh.ts';

/** How much history stands behind a band: `21 days, 140 tasks`. */
function over({ days, tasks }: History): string {
  return tasks > 0 ? `${counted(days, 'day')}, ${counted(tasks, 'task')}` : counted(days, 'day');
}

function amongService(value: number, { low, high }: Reading, unit: MetricMinute['unit']): string {
  const usual = `what is usual for the service as a whole (${range(low, high, unit)})`;
  return value > high ? `and above ${usual}` : value < low ? `and below ${usual}` : `though not of ${usual}`;
}

/** The contract's limit for titles. */
const longestTitle = 119;

export function tell(service: string, observation: MetricMinute, weighed: Weighed, history: History): Evidence {
  const { reason, resource, low, high, typical, band, siblings, isShared, score } = weighed;
  const { metric, unit, value } = observation;
  const name = shortName(service);
  const did = doing(resource, amount(value, unit), observation);
  const usually = range(low, high, unit);
  const what = noun(resource, metric);
  const object = resource === 'other' ? metric : resource;
  const evidence = {
    object,
    observed: value,
    expected: reason === 'sibling' ? siblings!.median : value > high ? high : value < low ? low : typical,
    unit,
    score: Math.min(1, Math.max(0.5, score)),
    lookFirst: firstLook(resource),
    attack: resource === 'cpu' && value > typical ? ['T1496'] : [],
    about: isShared ? ('owner' as const) : ('instance' as const),
  };
  const titled = (title: string): string => (title.length > longestTitle ? `${title.slice(0, longestTitle - 1)}…` : title);
  switch (reason) {
    case 'above':
    case 'below': {
      const beside =
        siblings === undefined ? '' : isShared ? ' The other tasks of the service do the same.' : ` Its siblings are at ${range(siblings.lowest, siblings.highest, unit)} now.`;
      return {
        ...evidence,
        title: titled(`${name} ${did}, usually ${usually}`),
        summary: `A task of ${name} ${did} in a minute; the service usually stays at ${usually} (${over(history)}).${beside}`,
        quiet: `A minute within ${usually}, or values like this on three days, or in three tasks on two days.`,
        ...(reason === 'below' ? { severity: 'low' as const, lookFirst: 'Whether requests still reach the task, and whether its main program still runs.' } : {}),
      };
    }
    case 'leak':
      return {
        ...evidence,
        title: titled(`${name}'s ${what} keeps growing, now ${amount(value, unit)}`),
        summary: `The ${what} of a task of ${name} has not fallen back for hours: even its lowest values, now ${amount(value, unit)}, are above all that it had before.`,
        quiet: 'A fall back to the old level, as after a garbage collection, or a rise no longer than earlier ones.',
        severity: 'low',
      };
    case 'flat-line':
      return {
        ...evidence,
        title: titled(`${name}'s ${what} has stood still at ${amount(value, unit)}`),
        summary: `The ${what} of a task of ${name}, which always moves, has been exactly ${amount(value, unit)} for half an hour or longer.`,
        quiet: 'Any movement of the value, or still times as long as this before.',
        lookFirst: 'Whether the task still works, and whether what measures it still does.',
        severity: 'low',
      };
    case 'sibling': {
      const theirs = range(siblings!.lowest, siblings!.highest, unit);
      return {
        ...evidence,
        title: titled(`${name} ${did} in one task, its siblings are at ${theirs}`),
        summary: `A task of ${name} ${did} in a minute, unlike before, while the other tasks of the service are at ${theirs}.`,
        quiet: `A value near the siblings' (${amount(siblings!.median, unit)} in the middle), or one that this task had before.`,
      };
    }
    default:
      return {
        ...evidence,
        title: titled(`${name} ${did}, this task was at ${usually} so far`),
        summary: `A task of ${name} ${did} in a minute, far outside of what it did so far (${usually}), ${amongService(value, band, unit)}.`,
        quiet: `A value within ${usually}, or a second one like this later on.`,
        severity: 'low',
      };
  }
}
