/**
 * Log novelty: a service writes a kind of line that it never wrote before.
 *
 * Detects          new errors, panics and stack traces, failed logins, shells and commands in the output, memory used
 *                  wrongly, a service that begins to do something else.
 * Blind spots      a kind that is known and comes more often (log-rate tells that); a known kind with another value in
 *                  a position that varies; frames of stack traces, which belong to the line before them; what was
 *                  written while the service learned; low ones of a service that writes over 4,096 kinds. After a
 *                  teaching of minutes all but lines whose words tell of an attack.
 * False positives  seldom paths of the program, once each: low; new features (a deployment gathers them in one alert);
 *                  free text in messages: list it in `ignoreLines`.
 * Baseline         kinds of lines (templates) with votes, per service and container.
 * Triage           read the line and what follows it; compare with the deployment; look at who called the service then.
 */
import { z } from 'zod';
import { lineKinds } from '#baselines';
import { defineDetector, severities, type LogKind, type Severity, type Standing } from '#contract';
import { named } from '../line-phrase.ts';
import { weighLine } from '../line-weight.ts';
import { isShortlyTaught } from '../short-history.ts';
import { occurs } from './ignore.ts';
import { createRecent, manyKinds, noteRecent, placeOf, windowMs } from './recent.ts';
import { tell } from './tell.ts';

/**
 * Told once, and on in the half hour that began with it. What is more than low is told again after a pause as long as
 * all the time it was known: a fault that comes back is news, one that comes every hour is told ever more seldom.
 */
function isNews({ count, firstSeenMs, lastSeenMs }: Standing, timeMs: number, severity: Severity): boolean {
  if (count === 0 || timeMs - firstSeenMs <= windowMs) return true;
  return severity !== 'low' && timeMs - lastSeenMs > Math.max(windowMs, lastSeenMs - firstSeenMs);
}

/** What a service that runs short of something, meets an old certificate or lets somebody in says as well. */
const ordinary: ReadonlySet<string> = new Set(['T1499', 'T1557', 'T1078']);

/** Many kinds at once are more than any of them: something else is going on. */
function raised(severity: Severity, object: string): Severity {
  return object === manyKinds && severity === 'low' ? 'medium' : severity;
}

export const logNovelty = defineDetector({
  id: 'log-novelty',
  title: 'Service writes a kind of line it never wrote',
  severity: 'medium',
  attack: [],
  reads: 'log-kind',
  scope: 'container',
  options: z.strictObject({
    minimumSeverity: z.enum(severities).default('low').describe('Kinds of lines that weigh less are never told. A line weighs by its level and words: INFO is low, ERROR medium, FATAL or a command that fetches and runs a program high.'),
    ignoreLines: z
      .array(z.string().min(3).max(200))
      .max(200)
      .default([])
      .describe('Lines that are never news: a part of their template, with `*` for anything between (`retry * of`), in any case.'),
    manyKinds: z.int().min(2).max(30).default(5).describe('Alerts on new kinds that one task would raise in five minutes from which they are one.'),
  }),

  baseline: { kinds: lineKinds(({ templateId, template }: LogKind) => ({ templateId, template })) },
  trace: { create: createRecent, note: noteRecent },

  judge({ kinds }, kind, { minimumSeverity, ignoreLines, manyKinds: many }, { name, entity, trace, deployment }) {
    const { templateId, template, severityText } = kind;
    const standing = kinds.of(templateId, template);
    if (standing.isUsual) return undefined;
    const line = weighLine(template, severityText);
    // Who listened for a minute has not heard most of what a service says; of that only the words of attacks are news.
    const isShort = isShortlyTaught(kinds);
    if (isShort && !line.attack.some((technique) => !ordinary.has(technique))) return undefined;
    if (severities.indexOf(line.severity) < severities.indexOf(minimumSeverity)) return undefined;
    // A full set forgot kinds: that one is missing then says little.
    if (kinds.isOverflowing && line.severity === 'low') return undefined;
    if (!isNews(standing, kind.timeMs, line.severity) || ignoreLines.some((pattern) => occurs(pattern, template))) return undefined;
    const gathered = deployment === undefined ? undefined : `deployment ${deployment.revision}`;
    const place = placeOf(trace, kind, line.severity, kinds.representative(templateId, template).id, gathered, many);
    const whole = raised(line.severity, place.object);
    const severity = isShort ? severities[Math.max(0, severities.indexOf(whole) - 1)]! : whole;
    const { history, size } = kinds;
    return {
      object: place.object,
      ...tell({ name: named(name), instance: entity.instance, kind, line, severity, place, standing, history, size, deployment }),
      severity,
      attack: line.attack,
      about: 'owner',
    };
  },
});
