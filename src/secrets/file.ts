/** Secrets in files, as Docker, ECS volumes and systemd give them. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { unreadable } from './failure.ts';

/** Secrets Manager's own limit for a secret is 65,536 bytes; what is larger is another file. */
const largestBytes = 65_536;

/** The text of a file without the end of its last line; throws `secret-unreadable`. */
export async function secretOfFile(path: string): Promise<string> {
  let text: string;
  try {
    // Opening what has no writer, a pipe, would wait for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) throw unreadable(`${path} is a folder. Name the file within it.`);
      if (!stat.isFile()) throw unreadable(`${path} is no plain file. Name one that holds the secret and nothing else.`);
      if (stat.size > largestBytes) throw unreadable(`${path} has ${stat.size} bytes, and a secret at most ${largestBytes}. Is this the right file?`);
      text = new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile());
    } finally {
      await file.close();
    }
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (code === 'secret-unreadable') throw error;
    if (code === 'ENOENT') throw unreadable(`there is no file ${path}. Put the secret there, or correct the path.`, error);
    if (code === 'EACCES' || code === 'EPERM') throw unreadable(`${path} may not be read by this user. Give it the permission.`, error);
    if (error instanceof TypeError) throw unreadable(`${path} is no text in UTF-8. Is this the right file?`, error);
    throw unreadable(`${path} cannot be read (${typeof code === 'string' ? code : 'unknown'}).`, error);
  }
  return text.replace(/\r?\n$/, '');
}
