/** Addresses to listen on, as people write them: `127.0.0.1:9464`, `[::1]:9464`, `off`. */
import { isIP } from 'node:net';

/** What `parseAddress` expects, for messages. */
export const addressExpected = 'an address such as 127.0.0.1:9464 or [::]:9464, or off';

/** Host (without brackets) and port, `off`, or undefined where it is neither. */
export function parseAddress(text: string): { host: string; port: number } | 'off' | undefined {
  if (text === 'off') return 'off';
  const [, bracketed, plain, digits] = /^(?:\[([\da-f:.]+)\]|([a-z\d.-]{1,253})):(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) return undefined;
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? { host: bracketed, port } : undefined;
  // 1.2.3 and 999.1.1.1 are no names, whatever a resolver makes of them.
  const isNumbers = /^[\d.]+$/.test(plain ?? '');
  return plain === undefined || (isNumbers && isIP(plain) !== 4) ? undefined : { host: plain, port };
}
