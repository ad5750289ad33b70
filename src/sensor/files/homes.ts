/** Where the users of a container are at home. */
import { readdirSync, readFileSync } from 'node:fs';

const homesLimit = 16;
const accountBytes = 65_536;
/** Homes of system accounts, which hold no settings of anybody. */
const nobodys = /^\/(?:bin|sbin|usr|dev|proc|run|nonexistent|var\/(?:spool|cache|run|mail|backups)|$)/;

export function homesOf(prefix: string): string[] {
  const homes = new Set<string>(['/root']);
  try {
    for (const name of readdirSync(`${prefix}/home`)) homes.add(`/home/${name}`);
  } catch {
    // Most images have no such folder.
  }
  try {
    for (const line of readFileSync(`${prefix}/etc/passwd`, 'utf8').slice(0, accountBytes).split('\n')) {
      const home = line.split(':')[5];
      if (home?.startsWith('/') === true && !nobodys.test(home)) homes.add(home.replace(/\/+$/, ''));
    }
  } catch {
    // An image without accounts: only numbers run there.
  }
  homes.delete('');
  return [...homes].slice(0, homesLimit);
}
