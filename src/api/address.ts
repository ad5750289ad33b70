/** Addresses to listen on. */
import { BlockList, isIP } from 'node:net';

export interface ListenAddress {
  /** A name or an IP address, without brackets. */
  host: string;
  /** 0 for any that is free. */
  port: number;
}

const own = new BlockList();
own.addSubnet('127.0.0.0', 8, 'ipv4');
own.addAddress('::1', 'ipv6');

/** Does this name or address mean this machine alone? */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0 ? /^(?:[^.]+\.)*localhost\.?$/i.test(host) : own.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** The host as it stands in a URL. */
export function urlHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
