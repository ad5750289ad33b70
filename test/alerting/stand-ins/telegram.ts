/** The Bot API of Telegram, as strict as documented: token, chat, HTML that has to parse, lengths, messages that exist. */
import { openHttpService, type HttpService, type ServiceAnswer, type ServiceRequest } from './http-service.ts';
import type { Arrived } from '../notifier-contract.ts';

export interface TelegramStandIn {
  service: HttpService;
  arrived: Arrived[];
  complaints: string[];
  /** Texts by id, as they are now. */
  messages: Map<number, string>;
}

export const telegramToken = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
export const telegramChat = '-1001234567890';

interface Body {
  chat_id?: unknown;
  text?: unknown;
  parse_mode?: unknown;
  message_id?: unknown;
  link_preview_options?: { is_disabled?: unknown };
  reply_parameters?: { message_id?: unknown; allow_sending_without_reply?: unknown };
}

export async function openTelegram(): Promise<TelegramStandIn> {
  const standIn: Omit<TelegramStandIn, 'service'> = { arrived: [], complaints: [], messages: new Map() };
  let next = 0;
  const serve = (request: ServiceRequest): ServiceAnswer => {
    const answer = (status: number, description: string, parameters?: object): ServiceAnswer => ({ status, body: JSON.stringify({ ok: false, error_code: status, description, ...(parameters === undefined ? {} : { parameters }) }) });
    const refuse = (status: number, description: string): ServiceAnswer => {
      standIn.complaints.push(description);
      return answer(status, description);
    };
    const [, token, method] = /^\/bot([^/]+)\/(\w+)$/.exec(request.path) ?? [];
    if (token !== telegramToken) return refuse(401, 'Unauthorized');
    if (!(request.headers['content-type'] ?? '').startsWith('application/json')) return refuse(400, 'Bad Request: not JSON');
    const body = JSON.parse(request.body) as Body;
    if (body.chat_id !== telegramChat) return refuse(400, 'Bad Request: chat not found');
    if (typeof body.text !== 'string' || body.parse_mode !== 'HTML') return refuse(400, 'Bad Request: message text is empty');
    if (body.link_preview_options?.is_disabled !== true) return refuse(400, 'a link would be unfolded');
    const read = readTelegramHtml(body.text);
    if (typeof read !== 'object') return refuse(400, `Bad Request: can't parse entities: ${read}`);
    if (read.text.length === 0) return refuse(400, 'Bad Request: message text is empty');
    if (read.text.length > 4_096) return refuse(400, 'Bad Request: message is too long');
    const take = (how: Arrived['how'], id: number): ServiceAnswer => {
      standIn.arrived.push({ how, text: read.text, body: request.body });
      return { status: 200, body: JSON.stringify({ ok: true, result: { message_id: id, chat: { id: Number(telegramChat), type: 'supergroup' }, date: 0, text: read.text } }) };
    };
    if (method === 'sendMessage') {
      next += 1;
      const answered = body.reply_parameters?.message_id;
      if (answered === undefined) standIn.messages.set(next, body.text);
      return take(answered === undefined ? 'message' : 'reply', next);
    }
    if (method !== 'editMessageText') return refuse(404, 'Not Found');
    const id = Number(body.message_id);
    const before = standIn.messages.get(id);
    if (before === undefined) return answer(400, 'Bad Request: message to edit not found');
    standIn.messages.set(id, body.text);
    const taken = take('update', id);
    return before === body.text ? answer(400, 'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message') : taken;
  };
  return { ...standIn, service: await openHttpService(serve) };
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
