/** Where receivers listen: loopback or a socket file, unless more is allowed; and what is said where that fails. */
import { connect, isIP, type Server } from 'node:net';
import { lstat, unlink } from 'node:fs/promises';
import { FargazerError } from '#contract';

export type Place = { path: string } | { host: string; port: number };

/** Throws `config-invalid` for what is no address, or one beyond loopback that was not allowed. */
export function placeOf(receiver: string, address: string, isRemoteAllowed: boolean, isSocketFileTaken: boolean): Place {
  const path = /^unix:(\/.+)$/.exec(address)?.[1];
  if (path !== undefined && isSocketFileTaken) return { path };
  const [, bracketed, plain, digits] = /^(?:\[([\da-f:.]+)\]|([a-z\d.-]{1,253})):(\d{1,5})$/i.exec(address) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) {
    throw new FargazerError('config-invalid', `${receiver}: ${address} is no address to listen on. Nothing was received; write 127.0.0.1:24225${isSocketFileTaken ? ' or unix:/PATH' : ''}.`);
  }
  const isLoopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  if (!isLoopback && !isRemoteAllowed) {
    throw new FargazerError('config-invalid', `${receiver}: ${address} can be reached from beyond this task, and whoever reaches it may write logs in your name. Nothing was received; listen on 127.0.0.1, or set allowRemote.`);
  }
  return { host, port };
}

/** Throws `address-taken` where it cannot. What a dead process left of a socket file is cleared away. */
export async function listen(receiver: string, server: Server, place: Place): Promise<void> {
  try {
    await bind(server, place);
  } catch (error) {
    if ('path' in place && codeOf(error) === 'EADDRINUSE' && (await isLeftOver(place.path))) {
      await unlink(place.path).catch(() => undefined);
      return bind(server, place).catch((again: unknown) => Promise.reject(failure(receiver, place, again)));
    }
    throw failure(receiver, place, error);
  }
}

/** The sentence for a place that cannot be listened on. */
export function failure(receiver: string, place: Place, cause: unknown): FargazerError {
  const name = 'path' in place ? `the socket file ${place.path}` : `${place.host}, port ${place.port}`;
  const code = codeOf(cause);
  const why =
    code === 'EADDRINUSE'
      ? 'another process listens there'
      : code === 'EACCES' || code === 'EPERM'
        ? 'this process may not'
        : code === 'EADDRNOTAVAIL'
          ? 'this machine has no such address'
          : `the system answered ${code}`;
  return new FargazerError('address-taken', `${receiver} cannot listen on ${name}: ${why}. No logs are received there; name another address, or end what holds this one.`, { cause });
}

function bind(server: Server, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function isLeftOver(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() !== true) return false;
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error) => resolve(codeOf(error) === 'ECONNREFUSED'));
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'an error';
}
