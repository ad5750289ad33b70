/** The part of a configuration that says who is told of what, when, and in which language. */
import { z } from 'zod';
import { labelNames, parseMatcher, type AlertingSettings, type LabelName, type Matcher } from '#contract';
import { durationBetween } from './live-schema.ts';
import { suggestion } from './nearest.ts';
import { interval, zone } from './alerting-times.ts';

const second = 1_000;
const day = 86_400 * second;

/** Alertmanager's trees are rarely deeper than four. */
const deepestRoute = 8;
const mostRoutes = 100;
const mostRules = 200;
const mostMatchers = 20;

const matcher = z.string().transform((text, context): Matcher => {
  const parsed = parseMatcher(text);
  if (!('fault' in parsed)) return parsed;
  const meant = parsed.unknownLabel === undefined ? '' : suggestion(parsed.unknownLabel, labelNames);
  context.addIssue({ code: 'custom', message: `${parsed.fault}${meant}` });
  return z.NEVER;
});

const matchers = z.array(matcher).max(mostMatchers);
const matcherWords = 'such as severity="high", service!="batch" or service=~"check.*", which must all hold; patterns match the whole value';

const groupBy = z
  .array(z.enum([...labelNames, '...']))
  .max(labelNames.length)
  .superRefine((names, context) => {
    if (names.includes('...') && names.length > 1) context.addIssue({ code: 'custom', message: 'expected ... alone, for it stands for all labels' });
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) context.addIssue({ code: 'custom', message: `expected each label once, found ${twice} twice` });
  });

const routeKeys = {
  receiver: z.string().min(1).max(200).optional().describe('Name of a receiver, or of an output; that of the route above where absent.'),
  groupBy: groupBy.optional().describe('Labels whose values together make one message; [...] tells each alert by itself. that of the route above where absent, [incident] at the root.'),
  groupWait: durationBetween(0, day).optional().describe('How long the first message of a group waits for more; 30s where absent.'),
  groupInterval: durationBetween(second, 7 * day).optional().describe('How long until what is new in a group is told; 5m where absent.'),
  repeatInterval: durationBetween(second, 31 * day).optional().describe('How long until what still fires is told again; 4h where absent.'),
};

const childKeys = {
  ...routeKeys,
  matchers: matchers.optional().describe(`Which alerts go this way: ${matcherWords}.`),
  continue: z.boolean().optional().describe('Later routes beside this one are looked at too.'),
  muteTimes: z.array(z.string()).max(20).optional().describe('Names of times in which this route is silent.'),
  activeTimes: z.array(z.string()).max(20).optional().describe('Names of times outside of which this route is silent.'),
};

function routesBelow(depth: number): z.ZodType {
  if (depth < deepestRoute) return z.array(z.strictObject({ ...childKeys, routes: routesBelow(depth + 1) })).max(mostRoutes).optional().describe('Looked at in order; the first that matches is taken.');
  return z
    .array(z.unknown())
    .optional()
    .superRefine((given, context) => {
      if (given !== undefined) context.addIssue({ code: 'custom', message: `expected routes at most ${deepestRoute} deep` });
    });
}

export const alertingKeys = {
  route: z.strictObject({ ...routeKeys, routes: routesBelow(1) }).optional().describe('Which messages go to whom: a tree of routes, as in Alertmanager. All outputs get all where absent.'),
  receivers: z
    .record(
      z.string().min(1).max(200),
      z.strictObject({
        outputs: z.array(z.string()).min(1).max(20).describe('Names of outputs under sinks.'),
        sendResolved: z.boolean().default(true).describe('false does not tell that something is over.'),
      }),
    )
    .optional()
    .describe('Whom routes can name; each output is a receiver of its own name as well.'),
  inhibit: z
    .strictObject({
      rules: z
        .array(
          z.strictObject({
            source: matchers.min(1).describe(`Alerts that explain others while they fire: matchers ${matcherWords}.`),
            target: matchers.min(1).describe('Alerts that are not told then.'),
            equal: z.array(z.enum(labelNames)).max(labelNames.length).default([]).describe('Labels that must be the same in both.'),
          }),
        )
        .max(mostRules)
        .default([])
        .describe('What explains what.'),
      deployments: z.boolean().default(true).describe("A deployment explains a new program of that service's new revision for 15 minutes."),
      coverage: z.boolean().default(true).describe('A gap in the telemetry of a service explains that its lines are missing.'),
      stories: z.boolean().default(true).describe('Alerts are told with their incident, by its severity; false tells each by itself.'),
    })
    .optional()
    .describe('What is not told because something else explains it.'),
  muteTimes: z.record(z.string().min(1).max(200), z.array(interval).min(1).max(50)).optional().describe('Times that recur, by name: nights, weekends, maintenance.'),
  caps: z
    .strictObject({
      messagesPerHour: z.int().min(1).max(1_000).default(30).describe('Messages of one route within an hour; what is beyond is told in one digest with true counts. A quarter is kept for high and critical.'),
      digestAfter: durationBetween(10 * second, 3_600 * second).prefault('5m').describe('How long a digest waits, at least groupWait and groupInterval together, so that it counts what comes together.'),
    })
    .optional()
    .describe('How much people are sent at most.'),
  resolveAfter: durationBetween(60 * second, 7 * day).optional().describe('An alert of which nothing was heard for so long is over; 30m where absent.'),
  locale: z.enum(['en', 'ja']).optional().describe('Language of messages; en where absent.'),
  timeZone: zone.optional().describe('IANA time zone of those who read, such as Asia/Tokyo; UTC where absent.'),
};

export interface ParsedRoute {
  receiver?: string;
  groupBy?: (LabelName | '...')[];
  groupWait?: number;
  groupInterval?: number;
  repeatInterval?: number;
  matchers?: Matcher[];
  continue?: boolean;
  muteTimes?: string[];
  activeTimes?: string[];
  routes?: ParsedRoute[];
}

/** The alerting part after parsing; what was not written is absent. */
export interface ParsedAlerting {
  route?: ParsedRoute;
  receivers?: AlertingSettings['receivers'];
  inhibit?: AlertingSettings['inhibit'];
  muteTimes?: Record<string, z.infer<typeof interval>[]>;
  caps?: { messagesPerHour: number; digestAfter: number };
  resolveAfter?: number;
  locale?: 'en' | 'ja';
  timeZone?: string;
}
