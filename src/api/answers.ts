/** Health as an answer: a status that probes understand, and the reasons for people. */
import type { Health } from '#contract';

export interface Answer {
  status: 200 | 503;
  body: object;
}

/** Rows of one list that are shown; a thousand lanes are summed up. */
const mostRows = 200;

/** 200 while it is able to do its work, starting and stopping included; 503 with the reasons where it is not. */
export function healthAnswer(health: () => Health): Answer {
  const told = ask(health);
  if (told === undefined) return untold;
  const { phase, troubles, waitingFor, lanes, store, sinks, coverage } = told;
  return {
    status: troubles.length === 0 ? 200 : 503,
    body: {
      state: troubles.length === 0 ? phase : 'failing',
      reasons: [...troubles, ...waitingFor].slice(0, mostRows),
      ...rows('lanes', lanes, ({ state }) => (state === 'failing' ? 0 : 1), ({ source, lane, state, behindMs, reason, sinceMs }) => ({ source, lane, state, behindMs, reason, since: instant(sinceMs) })),
      ...(store === undefined ? {} : { store: { place: store.place, state: store.state, reason: store.reason, saved: instant(store.savedMs) } }),
      ...rows('sinks', sinks, ({ state }) => (state === 'failing' ? 0 : 1), ({ sink, state, pending, deadLetters, reason, retryAtMs }) => ({ sink, state, pending, deadLetters, reason, retryAt: instant(retryAtMs) })),
      ...rows('coverage', coverage, () => 0, ({ feed, state, services }) => ({ feed, state, services })),
    },
  };
}

/** 200 once every lane was read and the state is loaded, until it stops. */
export function readyAnswer(health: () => Health): Answer {
  const told = ask(health);
  if (told === undefined) return untold;
  const { phase, waitingFor, troubles } = told;
  const isReady = phase === 'running' && waitingFor.length === 0 && troubles.length === 0;
  return { status: isReady ? 200 : 503, body: { state: phase, isReady, reasons: [...troubles, ...waitingFor].slice(0, mostRows) } };
}

const untold: Answer = { status: 503, body: { state: 'failing', reasons: ['Its own health could not be told.'] } };

function ask(health: () => Health): Health | undefined {
  try {
    return health();
  } catch {
    return undefined;
  }
}

/** A list with what fails first; what is left out is counted. */
function rows<Row>(name: string, list: readonly Row[], rank: (row: Row) => number, show: (row: Row) => object): object {
  const shown = list.toSorted((left, right) => rank(left) - rank(right)).slice(0, mostRows);
  return { [name]: shown.map(show), ...(list.length > shown.length ? { [`${name}LeftOut`]: list.length - shown.length } : {}) };
}

function instant(ms: number | undefined): string | undefined {
  if (ms === undefined) return undefined;
  const at = new Date(ms);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
