/** `fargazer config check`: says whether a configuration is right, and if not, where and why. */
import type { Command } from 'commander';
import { sanitize } from '../../alerting/text.ts';
import { secretsNamed } from '../../config/index.ts';
import { makeCommand, type Context } from './context.ts';
import { counted } from './summary.ts';

export function configCommand({ program, terminal, run }: Context): Command {
  const group = makeCommand('config', 'Check a configuration.');
  group.addCommand(
    makeCommand('check', 'Say whether a configuration is right, and if not, where and why.')
      .argument('<file>', 'A YAML file.')
      .action((file: string) =>
        run(async () => {
          const config = program.config(file);
          const { detectors, allow, sinks, warnings } = config;
          const secrets = secretsNamed(config).length;
          const off = [...detectors].filter(([, { isEnabled }]) => !isEnabled).map(([id]) => id);
          const facts = [
            `${counted(detectors.size - off.length, 'detector')} on`,
            ...(off.length === 0 ? [] : [`off: ${off.join(', ')}`]),
            counted(allow.length, 'allowance'),
            ...(sinks.size === 0 ? [] : [`outputs: ${[...sinks.keys()].join(', ')}`]),
            ...(secrets === 0 ? [] : [`${counted(secrets, 'secret')} read at the start`]),
          ];
          await terminal.write(`${sanitize(file)}: OK (${facts.join('; ')}).\n`);
          for (const warning of warnings) await terminal.write(`${sanitize(file)}, ${sanitize(warning)}\n`);
          return 0;
        }),
      ),
  );
  return group;
}
