/** Secrets of the configuration, read when something starts that needs them; whoever shows texts takes them out. */
import { secretReader } from '../secrets/index.ts';
import type { Config } from '../config/check.ts';
import type { Plugins } from '../config/schema.ts';
import { settleSinks } from '../config/secrets-unresolved.ts';
import { textsOf } from '../config/sinks-texts.ts';

/** One for the process: what was read once is known, and what is known is taken out of every text. */
const reader = secretReader();

/** The configuration with every secret of its outputs in place. Throws `secret-unreadable` and `config-invalid` with the place in the file. */
export async function withSecrets(config: Config, { sinks }: Pick<Plugins, 'sinks'>): Promise<Config> {
  const settled = await settleSinks(config, async (reference) => (await reader.read(reference)).expose());
  for (const [name, options] of settled.sinks) {
    for (const { text, isSecret } of textsOf(sinks?.get(name), options)) if (isSecret) reader.add(text);
  }
  return settled;
}

export function redact(text: string): string {
  return reader.redact(text);
}
