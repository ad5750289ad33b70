/**
 * Forms that hold a file, as services take pictures.
 * Format: RFC 7578 (multipart/form-data). Node.js writes it too, but with all of its fetch, which takes 18 MB and 0.1 s when it is first used.
 */
import { randomUUID } from 'node:crypto';
import { request, type Answer, type RequestSettings } from './post.ts';

export interface FormFile {
  /** Of the field that holds it; like its name and those of the other fields the output's own: letters, digits and `_.-[]`. */
  field: string;
  name: string;
  type: string;
  bytes: Uint8Array;
}

/** Sends the fields, which may hold any text, and behind them the file; else as `request`. */
export function sendForm(url: URL, fields: Readonly<Record<string, string>>, file: FormFile, settings: RequestSettings = {}): Promise<Answer> {
  // Nobody who wrote a text knew it, so that no text ends its part.
  const boundary = `fargazer-${randomUUID()}`;
  const headers = { ...settings.headers, 'content-type': `multipart/form-data; boundary=${boundary}` };
  const parts = Object.entries(fields).flatMap(([name, text]) => [part(boundary, name), '\r\n', text, '\r\n']);
  const body = [...parts, part(boundary, file.field, file), `content-type: ${file.type}\r\n\r\n`, file.bytes, `\r\n--${boundary}--\r\n`];
  return request(url, Buffer.concat(body.map((some) => (typeof some === 'string' ? Buffer.from(some) : some))), { ...settings, headers });
}

function part(boundary: string, name: string, file?: FormFile): string {
  return `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file.name}"`}\r\n`;
}
