/** How Slack takes files: an address is asked for, the bytes go there, then it is shared; each step once and in order. */
import { isPng, type SentFile } from './form.ts';
import type { ServiceAnswer, ServiceRequest } from './http-service.ts';

interface Around {
  messages: ReadonlyMap<string, string>;
  shared: { thread: string; title: string; alt: string; file: SentFile }[];
  channelId: string;
  origin(): string;
}

interface Upload {
  name: string;
  alt: string;
  length: number;
  bytes?: Buffer;
}

/** Answers of the steps; a text is the error. */
export function slackFiles({ messages, shared, channelId, origin }: Around): (request: ServiceRequest) => ServiceAnswer | string {
  const uploads = new Map<string, Upload>();
  const ok = (body: object): ServiceAnswer => ({ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ok: true, ...body }) });

  function take({ path, bytes, headers }: ServiceRequest): ServiceAnswer | string {
    const upload = uploads.get(path.slice('/upload/v1/secret-'.length));
    if (upload === undefined || upload.bytes !== undefined) return 'no such upload';
    // Whoever uploads is known by the address.
    if (headers.authorization !== undefined) return 'the token was sent elsewhere';
    if (bytes.length !== upload.length || !isPng(bytes)) return 'not what was announced';
    upload.bytes = bytes;
    return { status: 200, body: `OK - ${bytes.length}` };
  }

  return (request) => {
    if (request.path.startsWith('/upload/')) return take(request);
    if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true) return 'invalid_form_data';
    const form = new URLSearchParams(request.body);
    if (request.path === '/api/files.getUploadURLExternal') {
      const [name, length, alt] = [form.get('filename') ?? '', Number(form.get('length')), form.get('alt_txt') ?? ''];
      if (name === '' || !(length > 0) || alt.length > 1_000) return 'invalid_arguments';
      const id = `F${String(uploads.size + 1).padStart(10, '0')}`;
      uploads.set(id, { name, alt, length });
      return ok({ upload_url: `${origin()}/upload/v1/secret-${id}`, file_id: id });
    }
    if (request.path !== '/api/files.completeUploadExternal') return 'unknown_method';
    const [file, ...others] = JSON.parse(form.get('files') ?? '[]') as { id?: string; title?: string }[];
    const upload = uploads.get(file?.id ?? '');
    if (upload?.bytes === undefined || others.length > 0) return 'file_not_found';
    // Names of channels are not taken here.
    if (form.get('channel_id') !== channelId) return 'channel_not_found';
    const thread = form.get('thread_ts') ?? '';
    if (!messages.has(thread)) return 'thread_not_found';
    shared.push({ thread, title: file?.title ?? '', alt: upload.alt, file: { name: upload.name, type: 'image/png', bytes: upload.bytes } });
    return ok({ files: [{ id: file?.id, title: file?.title }] });
  };
}
