/** The Bot API of Telegram, as strict as documented: token, chat, HTML that has to parse, lengths, messages that exist. */
import { isForm, isPng, readForm, type SentFile } from './form.ts';
import { openHttpService, type HttpService, type ServiceAnswer, type ServiceRequest } from './http-service.ts';
import type { Arrived } from '../notifier-contract.ts';

export interface TelegramStandIn {
  service: HttpService;
  arrived: Arrived[];
  complaints: string[];
  /** Texts and captions by id, as they are now. */
  messages: Map<number, string>;
  /** Photographs by the id of their message, as they are now. */
  photos: Map<number, SentFile>;
}

export const telegramToken = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
export const telegramChat = '-1001234567890';

interface Body {
  chat_id?: unknown;
  text?: unknown;
  caption?: unknown;
  parse_mode?: unknown;
  show_caption_above_media?: unknown;
  media?: Body & { type?: unknown; media?: unknown };
  message_id?: unknown;
  link_preview_options?: { is_disabled?: unknown };
  reply_parameters?: { message_id?: unknown; allow_sending_without_reply?: unknown };
}

/** Which methods have a text, and which a caption. */
const captions = ['sendPhoto', 'editMessageCaption', 'editMessageMedia'];
const texts = ['sendMessage', 'editMessageText'];

export async function openTelegram(): Promise<TelegramStandIn> {
  const standIn: Omit<TelegramStandIn, 'service'> = { arrived: [], complaints: [], messages: new Map(), photos: new Map() };
  let next = 0;
  const serve = async (request: ServiceRequest): Promise<ServiceAnswer> => {
    const answer = (status: number, description: string, parameters?: object): ServiceAnswer => ({ status, body: JSON.stringify({ ok: false, error_code: status, description, ...(parameters === undefined ? {} : { parameters }) }) });
    const refuse = (status: number, description: string): ServiceAnswer => {
      standIn.complaints.push(description);
      return answer(status, description);
    };
    const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(request.path) ?? [];
    if (token !== telegramToken) return refuse(401, 'Unauthorized');
    const form = isForm(request) ? await readForm(request) : undefined;
    if (form === undefined && !(request.headers['content-type'] ?? '').startsWith('application/json')) return refuse(400, 'Bad Request: not JSON');
    const body = form === undefined ? (JSON.parse(request.body) as Body) : bodyOf(form.fields);
    if (body.chat_id !== telegramChat) return refuse(400, 'Bad Request: chat not found');
    const holder = method === 'editMessageMedia' ? (body.media ?? {}) : body;
    const wrong = wrongText(method, holder);
    if (wrong !== undefined) return refuse(400, `Bad Request: ${wrong}`);
    const written = String(captions.includes(method) ? holder.caption : holder.text);
    const read = readTelegramHtml(written) as { text: string };
    const photo = form?.files.get(/^attach:\/\/(\w+)$/.exec(String(body.media?.media))?.[1] ?? 'photo');
    if ((method === 'sendPhoto' || method === 'editMessageMedia') && (photo === undefined || !isPng(photo.bytes) || photo.name === '')) return refuse(400, 'Bad Request: there is no photo in the request');
    const take = (how: Arrived['how'], id: number): ServiceAnswer => {
      standIn.arrived.push({ how, text: read.text, body: JSON.stringify({ ...body, text: written }) });
      const shown = standIn.photos.has(id) ? { caption: read.text, photo: [{ file_id: 'x', width: 800, height: 240 }] } : { text: read.text };
      return { status: 200, body: JSON.stringify({ ok: true, result: { message_id: id, chat: { id: Number(telegramChat), type: 'supergroup' }, date: 0, ...shown } }) };
    };
    if (method === 'sendMessage' || method === 'sendPhoto') {
      next += 1;
      const answered = body.reply_parameters?.message_id;
      if (answered === undefined) standIn.messages.set(next, written);
      if (photo !== undefined) standIn.photos.set(next, photo);
      return take(answered === undefined ? 'message' : 'reply', next);
    }
    const id = Number(body.message_id);
    const before = standIn.messages.get(id);
    if (before === undefined) return answer(400, 'Bad Request: message to edit not found');
    if (method === 'editMessageText' && standIn.photos.has(id)) return refuse(400, 'Bad Request: there is no text in the message to edit');
    if (method === 'editMessageCaption' && !standIn.photos.has(id)) return refuse(400, 'Bad Request: there is no caption in the message to edit');
    const isSame = before === written && (photo === undefined || standIn.photos.get(id)?.bytes.equals(photo.bytes) === true);
    standIn.messages.set(id, written);
    if (photo !== undefined) standIn.photos.set(id, photo);
    const taken = take('update', id);
    return isSame ? answer(400, 'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message') : taken;
  };
  return { ...standIn, service: await openHttpService(serve) };
}

/** In a form everything but texts and numbers is JSON. */
function bodyOf(fields: ReadonlyMap<string, string>): Body {
  const structured = ['media', 'reply_parameters', 'link_preview_options', 'show_caption_above_media', 'disable_notification', 'message_thread_id', 'message_id'];
  return Object.fromEntries([...fields].map(([name, value]): [string, unknown] => [name, structured.includes(name) ? (JSON.parse(value) as unknown) : value]));
}

/** Why Telegram would not take the text or caption. */
function wrongText(method: string, { text, caption, parse_mode: mode, show_caption_above_media: isAbove, link_preview_options: preview }: Body): string | undefined {
  const isCaption = captions.includes(method);
  if (!isCaption && !texts.includes(method)) return `no method ${method}`;
  if ((isCaption ? text : caption) !== undefined) return 'text and caption belong to different methods';
  const written = isCaption ? caption : text;
  if (typeof written !== 'string' || mode !== 'HTML') return 'message text is empty';
  if (isCaption ? isAbove !== true : preview?.is_disabled !== true) return isCaption ? 'the photo would stand above' : 'a link would be unfolded';
  const read = readTelegramHtml(written);
  if (typeof read !== 'object') return `can't parse entities: ${read}`;
  if (read.text.length === 0) return 'message text is empty';
  // What shows nothing is counted too.
  const characters = read.text.length + (written.match(/\u200b/g)?.length ?? 0);
  if (characters > (isCaption ? 1_024 : 4_096)) return isCaption ? 'message caption is too long' : 'message is too long';
  return undefined;
}

const tagNames = ['b', 'code', 'blockquote'];
const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** What a person reads, or why Telegram would refuse it: its few tags have to nest, its four names of entities have to be known. */
export function readTelegramHtml(html: string): { text: string } | string {
  const open: string[] = [];
  let text = '';
  for (const [part] of html.matchAll(/<[^>]*>|&[^;\s]{0,10};|[^]/gu)) {
    if (part.startsWith('<')) {
      const [, end, name = ''] = /^<(\/?)([a-z]+)(?: expandable)?>$/.exec(part) ?? [];
      if (!tagNames.includes(name)) return `unsupported start tag ${part}`;
      if (end === '') open.push(name);
      else if (open.pop() !== name) return `unexpected end tag ${part}`;
    } else if (part.startsWith('&')) {
      const code = /^&#(\d{1,7});$/.exec(part)?.[1];
      const sign = code === undefined ? named[part.slice(1, -1)] : String.fromCodePoint(Number(code));
      if (sign === undefined) return `unknown entity ${part}`;
      text += sign;
    } else text += part;
  }
  return open.length > 0 ? `no end tag for ${open.join(', ')}` : { text: text.replaceAll('\u200b', '') };
}
