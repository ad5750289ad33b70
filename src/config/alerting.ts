/** What the configuration says about alerting, settled; and what is wrong or strange about it as a whole. */
import type { AlertingSettings, RouteOptions } from '#contract';
import type { ParsedAlerting, ParsedRoute } from './alerting-schema.ts';
import type { Fault } from './fault.ts';
import { suggestion } from './nearest.ts';

/** Receiver of all outputs, where no route is written. */
const everybody = 'default';
const mostRoutesInAll = 500;

interface Names {
  receivers: string[];
  outputs: string[];
  muteTimes: string[];
}

function namesOf({ route, receivers = {}, muteTimes = {} }: ParsedAlerting, outputs: string[]): Names {
  const named = new Set([...Object.keys(receivers), ...outputs, ...(route?.receiver === undefined && Object.keys(receivers).length !== 1 ? [everybody] : [])]);
  return { receivers: [...named], outputs, muteTimes: Object.keys(muteTimes) };
}

/** Names that lead nowhere, with the nearest that do not. */
export function alertingFaults(parsed: ParsedAlerting, outputs: string[]): Fault[] {
  const names = namesOf(parsed, outputs);
  const faults: Fault[] = [];
  for (const [name, receiver] of Object.entries(parsed.receivers ?? {})) {
    for (const [at, output] of receiver.outputs.entries()) {
      if (outputs.includes(output)) continue;
      const choice = outputs.length === 0 ? '; sinks names none' : suggestion(output, outputs);
      faults.push({ path: ['receivers', name, 'outputs', at], sentence: `there is no output ${shown(output)}${choice}`, code: 'sink-unknown' });
    }
  }
  const counted = { routes: 0 };
  if (parsed.route !== undefined) routeFaults(parsed.route, ['route'], names, faults, counted);
  if (counted.routes > mostRoutesInAll) faults.push({ path: ['route'], sentence: `expected at most ${mostRoutesInAll} routes in all, found ${counted.routes}` });
  return faults;
}

function routeFaults(route: ParsedRoute, path: (string | number)[], names: Names, faults: Fault[], counted: { routes: number }): void {
  counted.routes += 1;
  if (route.receiver !== undefined && !names.receivers.includes(route.receiver)) {
    faults.push({ path: [...path, 'receiver'], sentence: `there is no receiver ${shown(route.receiver)}${suggestion(route.receiver, names.receivers)}` });
  }
  for (const key of ['muteTimes', 'activeTimes'] as const) {
    for (const [at, name] of (route[key] ?? []).entries()) {
      if (!names.muteTimes.includes(name)) faults.push({ path: [...path, key, at], sentence: `there is no mute time ${shown(name)}${suggestion(name, names.muteTimes)}` });
    }
  }
  for (const [at, child] of (route.routes ?? []).entries()) routeFaults(child, [...path, 'routes', at], names, faults, counted);
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 80)).slice(1, -1);
}

export function settleAlerting(parsed: ParsedAlerting, outputs: string[]): AlertingSettings {
  const { receivers = {}, inhibit, muteTimes = {}, caps, resolveAfter = 30 * 60_000, locale = 'en', timeZone = 'UTC' } = parsed;
  const all = Object.fromEntries([
    ...[everybody, ...outputs].map((name) => [name, { outputs: name === everybody ? outputs : [name], sendResolved: true }] as const),
    ...Object.entries(receivers),
  ]);
  const only = Object.keys(receivers);
  const root = { receiver: only.length === 1 ? only[0] : everybody, ...routeOf(parsed.route ?? {}) };
  return {
    route: root,
    receivers: all,
    inhibit: inhibit ?? { rules: [], deployments: true, coverage: true, stories: true },
    muteTimes: Object.fromEntries(Object.entries(muteTimes).map(([name, intervals]) => [name, intervals.map((one) => ({ ...one, location: one.location ?? timeZone }))])),
    caps: { messagesPerHour: caps?.messagesPerHour ?? 30, digestAfterMs: caps?.digestAfter ?? 5 * 60_000 },
    resolveAfterMs: resolveAfter,
    locale,
    timeZone,
  };
}

function routeOf({ receiver, groupBy, groupWait, groupInterval, repeatInterval, matchers, continue: goesOn, muteTimes, activeTimes, routes }: ParsedRoute): RouteOptions {
  return {
    ...(receiver === undefined ? {} : { receiver }),
    ...(groupBy === undefined ? {} : { groupBy }),
    ...(groupWait === undefined ? {} : { groupWaitMs: groupWait }),
    ...(groupInterval === undefined ? {} : { groupIntervalMs: groupInterval }),
    ...(repeatInterval === undefined ? {} : { repeatIntervalMs: repeatInterval }),
    ...(matchers === undefined ? {} : { matchers }),
    ...(goesOn === undefined ? {} : { continue: goesOn }),
    ...(muteTimes === undefined ? {} : { muteTimes }),
    ...(activeTimes === undefined ? {} : { activeTimes }),
    ...(routes === undefined ? {} : { routes: routes.map(routeOf) }),
  };
}
