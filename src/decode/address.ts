/** IP addresses out of fields that may hold anything. */
import ipaddr from 'ipaddr.js';
import type { JsonValue } from '#contract';

/** In its usual spelling, so that one address has one name; undefined for what is none. */
export function addressOf(value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'string' || value.length > 45) return undefined;
  if (ipaddr.IPv4.isValidFourPartDecimal(value)) return value;
  return ipaddr.IPv6.isValid(value) ? ipaddr.IPv6.parse(value).toString() : undefined;
}
