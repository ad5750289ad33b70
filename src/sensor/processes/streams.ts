/** Where the standard streams of a process lead, and who is at the far side of a socket. */
import type { Stream } from '#contract';
import { readLink } from '../links.ts';
import type { Native } from '../native/index.ts';
import { readText } from './read.ts';

/** `/proc/PID/net/tcp` of more sockets than fit is not read to its end: 40 ms for 16,000 of them. */
const socketTableBytes = 131_072;

export interface StreamReader {
  /** Standard input, output and error; with the far side of the first internet socket among them. */
  read(folder: string): { streams: [Stream, Stream, Stream]; peer?: string };
}

export function streamReader(native: Native | undefined): StreamReader {
  const protocolOf = socketProtocols(native);

  const kindOf = (folder: string, number: number): { kind: Stream; inode?: string } => {
    const link = readLink(`${folder}/fd/${number}`);
    if (link === 'denied') return { kind: 'unknown' };
    if (link === 'missing') return { kind: 'none' };
    const { target } = link;
    if (target.startsWith('pipe:')) return { kind: 'pipe' };
    if (target.startsWith('socket:[')) {
      const inode = target.slice(8, -1);
      return protocolOf(folder, number, inode) === 'local' ? { kind: 'pipe' } : { kind: 'socket', inode };
    }
    if (target === '/dev/null') return { kind: 'null' };
    if (/^\/dev\/(?:pts\/|tty|console|ptmx)/.test(target)) return { kind: 'terminal' };
    return { kind: target.startsWith('/') ? 'file' : 'unknown' };
  };

  return {
    read(folder) {
      const found = [kindOf(folder, 0), kindOf(folder, 1), kindOf(folder, 2)] as const;
      const streams: [Stream, Stream, Stream] = [found[0].kind, found[1].kind, found[2].kind];
      const inode = found.find((one) => one.inode !== undefined)?.inode;
      const peer = inode === undefined ? undefined : peerOf(folder, inode);
      return peer === undefined ? { streams } : { streams, peer };
    },
  };
}

/**
 * Pairs of local sockets serve as pipes (Node.js gives its children such streams), so they are told as pipes; the kernel
 * names a socket's protocol as an extended attribute of its link.
 */
function socketProtocols(native: Native | undefined): (folder: string, number: number, inode: string) => 'local' | 'internet' {
  const value = Buffer.alloc(32);
  const ask = bindAttribute(native);
  return (folder, number, inode) => {
    const length = ask?.(`${folder}/fd/${number}`, 'system.sockprotoname', value) ?? -1;
    if (length > 0) return value.toString('latin1', 0, length).startsWith('UNIX') ? 'local' : 'internet';
    return new RegExp(` ${inode}(?: |$)`, 'm').test(readText(`${folder}/net/unix`, socketTableBytes) ?? '') ? 'local' : 'internet';
  };
}

/** Reads an extended attribute of a path into a buffer; the answer is its length, -1 where there is none. */
export function bindAttribute(native: Native | undefined): ((path: string, name: string, into: Buffer) => number) | undefined {
  if (native === undefined) return undefined;
  try {
    const ask = native.bind('long getxattr(str path, str name, _Out_ uint8_t *value, unsigned long size)');
    return (path, name, into) => Number(ask(path, name, into, into.length));
  } catch {
    return undefined;
  }
}

/** `address:port` of the far side of a TCP socket or a connected UDP one. */
function peerOf(folder: string, inode: string): string | undefined {
  for (const table of ['tcp', 'tcp6', 'udp', 'udp6']) {
    const text = readText(`${folder}/net/${table}`, socketTableBytes);
    const at = text === undefined ? -1 : text.search(new RegExp(` ${inode} `));
    if (text === undefined || at < 0) continue;
    const remote = text.slice(text.lastIndexOf('\n', at) + 1, at).trim().split(/\s+/)[2] ?? '';
    const [address = '', port = ''] = remote.split(':');
    return `${addressOf(address)}:${Number.parseInt(port, 16) || 0}`;
  }
  return undefined;
}

/** The kernel writes each 32-bit word of an address in the machine's order, which is little-endian on both platforms. */
function addressOf(words: string): string {
  const bytes = Buffer.alloc(words.length >> 1);
  for (let at = 0; at + 8 <= words.length; at += 8) bytes.writeUInt32LE(Number.parseInt(words.slice(at, at + 8), 16) >>> 0, at >> 1);
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.length === 16 && bytes.readUInt32BE(8) === 0xffff && bytes.readBigUInt64BE(0) === 0n;
  if (isMapped) return bytes.subarray(12).join('.');
  const groups = Array.from({ length: bytes.length >> 1 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16));
  return `[${groups.join(':')}]`;
}
