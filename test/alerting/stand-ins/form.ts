/** Forms as services read them: by the parser of Node's fetch, which refuses what is not well-formed. */
import type { ServiceRequest } from './http-service.ts';

export interface SentFile {
  name: string;
  type: string;
  bytes: Buffer;
}

export interface SentForm {
  fields: Map<string, string>;
  files: Map<string, SentFile>;
}

export function isForm({ headers }: ServiceRequest): boolean {
  return (headers['content-type'] ?? '').startsWith('multipart/form-data');
}

/** Undefined where it is no form, or names a field twice. */
export async function readForm({ headers, bytes }: ServiceRequest): Promise<SentForm | undefined> {
  const read = await new Response(new Uint8Array(bytes), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData().catch(() => undefined);
  if (read === undefined) return undefined;
  const form: SentForm = { fields: new Map(), files: new Map() };
  for (const [name, value] of read.entries()) {
    if (form.fields.has(name) || form.files.has(name)) return undefined;
    if (typeof value === 'string') form.fields.set(name, value);
    else form.files.set(name, { name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) });
  }
  return form;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A PNG from its signature to its end. */
export function isPng(bytes: Buffer): boolean {
  return bytes.subarray(0, 8).equals(signature) && bytes.subarray(12, 16).toString('latin1') === 'IHDR' && bytes.subarray(-8, -4).toString('latin1') === 'IEND';
}
