/** What a sidecar would know at its start: the file of baselines, and the store of its service, asked as it asks them itself. */
import { FargazerError } from '#contract';
import type { SidecarSettings } from '../../../cli/sidecar-program.ts';
import type { SidecarParts } from '../../../sidecar-parts.ts';
import { knowledgeOf } from '../../sidecar/knowledge.ts';
import { fail, ok, warn, type DoctorCheck } from '../report.ts';

const storeCure = 'Give the task role what examples/sidecar/task-role-policy.json has, and the subnet a way there; or take the store out of the configuration.';

/** Writes nothing: nothing was learned here. */
export async function lookAtKnowledge(settings: SidecarSettings, parts: SidecarParts): Promise<DoctorCheck[]> {
  const { config, baselinesFile, stateDir, mode } = settings;
  if (mode === 'ship') return [];
  const troubles: string[] = [];
  try {
    const knowledge = await knowledgeOf({ ...settings, onNotice: (trouble) => troubles.push(trouble) }, config, parts);
    await knowledge.end();
  } catch (error) {
    if (!(error instanceof FargazerError) || baselinesFile === undefined) throw error;
    return [fail('baselines', error.message, 'Make the file again, or leave out FARGAZER_BASELINES.')];
  }
  const checks: DoctorCheck[] = [];
  if (baselinesFile !== undefined) checks.push(ok('baselines', `${baselinesFile} can be read.`));
  if (config.store !== undefined) checks.push(troubles.length > 0 ? warn('store', troubles.join(' '), storeCure) : ok('store', 'It answers: what other tasks of the service learned can be read.'));
  if (stateDir === undefined && checks.length === 0) checks.push(warn('state', 'What is learned here is forgotten when the sidecar ends.', 'Mount a volume and name its folder in FARGAZER_STATE, or name a store in the configuration.'));
  return checks;
}
