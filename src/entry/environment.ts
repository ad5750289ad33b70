/** What a deployed task or function is told by its environment: FARGAZER_CONFIG is the YAML itself, the others fill in what it leaves out. */
import { stringify, parse } from 'yaml';
import { toldBeside, type Environment } from './told-beside.ts';

export type { Environment } from './told-beside.ts';

/** The text of a configuration with everything that the environment tells and the text does not. */
export function configText(environment: Environment): string {
  const { FARGAZER_CONFIG: text = '' } = environment;
  let told: unknown;
  try {
    told = parse(text, { logLevel: 'error' });
  } catch {
    // Whoever loads the text says what is wrong, and where.
    return text;
  }
  if (told !== null && told !== undefined && (typeof told !== 'object' || Array.isArray(told))) return text;
  const added = toldBeside(environment, (told ?? {}) as Record<string, unknown>);
  // The text stays as it was written, so that faults name its lines.
  return Object.keys(added).length === 0 ? text : `${text === '' ? '' : `${text.trimEnd()}\n`}${stringify(added)}`;
}
