/** Attacks on files: accounts, rights, plans, keys, the application's own code, written by the process itself. */
import { fileOf, inside, type Attack } from '../attack.ts';

function written(name: string, path: string, words: string, concerns: RegExp, lever = 'scheduler'): Attack {
  return {
    name,
    kind: 'file',
    concerns,
    async play(world) {
      await inside(world, lever, `os.makedirs(os.path.dirname('${path}'), exist_ok=True)\nwith open('${path}', 'a') as file:\n    file.write(${JSON.stringify(words)})`);
      if (!fileOf(world, path).includes(words)) throw new Error(`${path} does not have the line`);
      return `${path} has the line`;
    },
  };
}

export const files: readonly Attack[] = [
  written('new account', '/etc/passwd', 'sys:x:0:0::/root:/bin/bash\n', /passwd|account/i),
  written('new right in sudoers', '/etc/sudoers.d/90-app', 'www ALL=(ALL) NOPASSWD:ALL\n', /sudoers/i),
  written('new plan of cron', '/etc/cron.d/sync', '* * * * * root /bin/true\n', /cron/i),
  written('new key of ssh', '/root/.ssh/authorized_keys', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB intruder\n', /authorized_keys|ssh/i),
  written('code of the application changed', '/srv/shop/lever.py', '\n# sync\n', /lever\.py|application|code|program/i),
];
