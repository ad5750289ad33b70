/** Posts and files of Mattermost's REST API, as its server checks them: token, channel, threads, files of the channel that no other post has. */
import type { Arrived } from '../notifier-contract.ts';
import { isForm, isPng, readForm, type SentFile } from './form.ts';
import { openHttpService, type HttpService, type ServiceAnswer, type ServiceRequest } from './http-service.ts';
import { readAttachments, wrongAttachments, type Attachment } from './mattermost.ts';

export interface MattermostApi {
  service: HttpService;
  arrived: Arrived[];
  complaints: string[];
  /** As they are now, by id. */
  posts: Map<string, { rootId: string; fileIds: string[] }>;
  /** All that were uploaded, by id. */
  files: Map<string, SentFile>;
}

export const mattermostToken = 'bot-token-is-secret-9xuqwrwgstrb3mzrxb83nb357a';
export const mattermostChannel = '4xp9fdt77pncbef59f4k1qe83o';

interface Body {
  channel_id?: unknown;
  root_id?: unknown;
  message?: unknown;
  file_ids?: unknown;
  props?: { attachments?: Attachment[] };
}

export async function openMattermostApi(): Promise<MattermostApi> {
  const standIn: Omit<MattermostApi, 'service'> = { arrived: [], complaints: [], posts: new Map(), files: new Map() };
  const taken = new Set<string>();
  let next = 0;
  const newId = (): string => String((next += 1)).padStart(26, 'p');
  const refuse = (status: number, id: string): ServiceAnswer => {
    standIn.complaints.push(id);
    return { status, body: JSON.stringify({ id, message: id, detailed_error: '', status_code: status }) };
  };
  const made = (body: object, status = 201): ServiceAnswer => ({ status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  async function upload(request: ServiceRequest): Promise<ServiceAnswer> {
    const form = isForm(request) ? await readForm(request) : undefined;
    const file = form?.files.get('files');
    if (form?.fields.get('channel_id') !== mattermostChannel) return refuse(403, 'api.context.permissions.app_error');
    if (file === undefined || file.name === '' || !isPng(file.bytes)) return refuse(400, 'api.file.upload_file.incorrect_number_of_files.app_error');
    const id = newId();
    standIn.files.set(id, file);
    return made({ file_infos: [{ id, name: file.name, mime_type: 'image/png', channel_id: mattermostChannel }], client_ids: [] });
  }

  /** The server drops in silence what it does not have, here it is a mistake. */
  function wrongFiles(fileIds: unknown, post: string): string | undefined {
    if (fileIds === undefined) return undefined;
    if (!Array.isArray(fileIds) || fileIds.length > 10) return 'model.post.is_valid.file_ids.app_error';
    const others = fileIds.map(String).filter((id) => !(standIn.posts.get(post)?.fileIds ?? []).includes(id));
    return others.every((id) => standIn.files.has(id) && !taken.has(id)) ? undefined : 'a file that is not there or belongs to another post';
  }

  function keep(how: Arrived['how'], id: string, request: ServiceRequest, { root_id: rootId, file_ids: fileIds, props }: Body): ServiceAnswer {
    const before = standIn.posts.get(id);
    const files = Array.isArray(fileIds) ? fileIds.map(String) : (before?.fileIds ?? []);
    for (const file of files) taken.add(file);
    standIn.posts.set(id, { rootId: typeof rootId === 'string' ? rootId : (before?.rootId ?? ''), fileIds: files });
    standIn.arrived.push({ how, text: readAttachments(props?.attachments ?? []), body: JSON.stringify({ ...(JSON.parse(request.body) as object), attachments: props?.attachments }) });
    return made({ id, channel_id: mattermostChannel, root_id: rootId ?? '', file_ids: files }, how === 'update' ? 200 : 201);
  }

  const serve = (request: ServiceRequest): ServiceAnswer | Promise<ServiceAnswer> => {
    if (request.headers.authorization !== `Bearer ${mattermostToken}`) return refuse(401, 'api.context.session_expired.app_error');
    if (request.path === '/api/v4/files' && request.method === 'POST') return upload(request);
    if (!(request.headers['content-type'] ?? '').startsWith('application/json')) return refuse(400, 'api.context.invalid_body_param.app_error');
    const body = JSON.parse(request.body) as Body;
    const wrong = wrongAttachments(body.props?.attachments);
    if (wrong !== undefined) return refuse(400, wrong);
    if (request.path === '/api/v4/posts' && request.method === 'POST') {
      if (body.channel_id !== mattermostChannel) return refuse(403, 'api.context.permissions.app_error');
      if (typeof body.message !== 'string') return refuse(400, 'message');
      const wrongFile = wrongFiles(body.file_ids, '');
      if (wrongFile !== undefined) return refuse(400, wrongFile);
      if (body.root_id !== undefined && standIn.posts.get(String(body.root_id))?.rootId !== '') return refuse(400, 'api.post.create_post.root_id.app_error');
      return keep(body.root_id === undefined ? 'message' : 'reply', newId(), request, body);
    }
    const [, id] = /^\/api\/v4\/posts\/([a-z0-9]{26})\/patch$/.exec(request.path) ?? [];
    if (id === undefined || request.method !== 'PUT') return refuse(404, 'api.context.404.app_error');
    // Of a post that is not there it says that it may not be changed.
    if (!standIn.posts.has(id)) return { status: 403, body: JSON.stringify({ id: 'api.context.permissions.app_error', status_code: 403 }) };
    const wrongFile = wrongFiles(body.file_ids, id);
    return wrongFile === undefined ? keep('update', id, request, body) : refuse(400, wrongFile);
  };
  return { ...standIn, service: await openHttpService(serve) };
}
