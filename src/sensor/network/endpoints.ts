/**
 * The two ends of a connection as a key: sender's address, receiver's address, sender's port, receiver's port, each byte
 * one character. Twelve characters for IPv4, 36 for IPv6; an IPv4 address inside an IPv6 socket has the short form.
 */

export interface Endpoints {
  fromAddress: string;
  toAddress: string;
  fromPort: number;
  toPort: number;
}

const shortLength = 12;

export function endpointsOf(key: string): Endpoints {
  const addressLength = key.length === shortLength ? 4 : 16;
  return {
    fromAddress: addressText(key, 0, addressLength),
    toAddress: addressText(key, addressLength, addressLength),
    fromPort: portAt(key, key.length - 4),
    toPort: portAt(key, key.length - 2),
  };
}

export const fromPortOf = (key: string): number => portAt(key, key.length - 4);
export const toPortOf = (key: string): number => portAt(key, key.length - 2);
/** Whom the key leads to, without ports. */
export const toAddressOf = (key: string): string => addressText(key, key.length === shortLength ? 4 : 16, key.length === shortLength ? 4 : 16);
/** The receiver, address and port, as characters of the key. */
export const receiverOf = (key: string): string => (key.length === shortLength ? key.slice(4, 8) : key.slice(16, 32)) + key.slice(-2);

export function reversedKey(key: string): string {
  const addressLength = key.length === shortLength ? 4 : 16;
  return key.slice(addressLength, 2 * addressLength) + key.slice(0, addressLength) + key.slice(-2) + key.slice(-4, -2);
}

/** Of addresses as text (those of interfaces, of `/proc/net`): the bytes of it, one a character. */
export function addressBytesOf(text: string): string {
  if (!text.includes(':')) return String.fromCharCode(...text.split('.').map(Number));
  const [head = '', tail] = text.split('%')[0]!.split('::');
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const all = [...before, ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => 0), ...after];
  return all.map((group) => String.fromCharCode(group >> 8, group & 0xff)).join('');
}

const portAt = (key: string, at: number): number => (key.charCodeAt(at) << 8) | key.charCodeAt(at + 1);

/** As `node:net` and the other records write it: longest run of zero groups (two at least) shortened, lower case. */
export function addressText(key: string, at: number, length: number): string {
  if (length === 4) return `${key.charCodeAt(at)}.${key.charCodeAt(at + 1)}.${key.charCodeAt(at + 2)}.${key.charCodeAt(at + 3)}`;
  const groups: number[] = [];
  for (let group = 0; group < 8; group += 1) groups.push(portAt(key, at + group * 2));
  let longest = 0;
  let longestAt = -1;
  for (let from = 0; from < 8; from += 1) {
    let to = from;
    while (to < 8 && groups[to] === 0) to += 1;
    if (to - from > longest) [longest, longestAt] = [to - from, from];
  }
  const text = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  return longest < 2 ? text(groups) : `${text(groups.slice(0, longestAt))}::${text(groups.slice(longestAt + longest))}`;
}
