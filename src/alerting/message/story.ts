/** An incident told in order: dated steps, of which the gravest are kept where room is short. */
import type { Alert, Incident } from '#contract';
import { cutAtWord } from './fit.ts';
import { clockTime, type Reader } from './moment.ts';
import { plain } from './plain.ts';
import { rankOf } from './rank.ts';
import type { Words } from './words.ts';

/** More than this nobody reads at night. */
const mostSteps = 4;
/** A step is not longer than this; two must fit into any room. */
const stepCharacters = 84;

interface Step {
  alert: Alert;
  text: string;
  times: number;
}

/** The incident's other alerts as one text of at most about `room` characters; empty where the lead is all there is. */
export function storyOf({ alerts, alertCount }: Incident, lead: Alert, words: Words, { timeZone }: Reader, room: number): string {
  const steps = stepsOf(alerts.filter(({ id }) => id !== lead.id), lead, words);
  const told = (count: number): string => {
    const chosen = gravest(steps, count).map(({ alert, text, times }) => ({ time: clockTime(Date.parse(alert.firstSeen), timeZone), text, times }));
    // The lead is told by the title.
    const left = alertCount - 1 - gravest(steps, count).reduce((sum, { times }) => sum + times, 0);
    return words.story(chosen, Math.max(0, left));
  };
  if (steps.length === 0) return '';
  for (let count = Math.min(mostSteps, steps.length); count > 1; count -= 1) if (told(count).length <= room) return told(count);
  return told(1);
}

/** In order of time; neighbours that say the same are one step. */
function stepsOf(alerts: readonly Alert[], lead: Alert, words: Words): Step[] {
  const steps: Step[] = [];
  for (const alert of alerts.toSorted((a, b) => Date.parse(a.firstSeen) - Date.parse(b.firstSeen))) {
    const text = cutAtWord(plain(words.step(alert, lead)), stepCharacters);
    const same = steps.find((step) => step.text === text);
    if (same === undefined) steps.push({ alert, text, times: 1 });
    else same.times += 1;
  }
  return steps;
}

/** The gravest `count`, in their order of time. */
function gravest(steps: readonly Step[], count: number): Step[] {
  const kept = new Set(steps.toSorted((a, b) => rankOf(b.alert) - rankOf(a.alert)).slice(0, count));
  return steps.filter((step) => kept.has(step));
}
