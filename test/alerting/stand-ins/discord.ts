/** A webhook of Discord: messages and changes, with the limits of its documentation; what it shows is read as its Markdown is. */
import { isForm, isPng, readForm, type SentFile } from './form.ts';
import { openHttpService, type HttpService, type ServiceAnswer, type ServiceRequest } from './http-service.ts';
import type { Arrived } from '../notifier-contract.ts';

export interface DiscordStandIn {
  service: HttpService;
  arrived: Arrived[];
  complaints: string[];
  messages: Map<string, string>;
  /** Files by message, as they are now. */
  files: Map<string, SentFile[]>;
}

export const discordPath = '/api/webhooks/81384788765712384/token-is-secret-3d89bb7572e0fb30d8128367b3b1b44f';

interface Body {
  content?: unknown;
  embeds?: { title?: string; description?: string; color?: unknown; image?: { url?: string }; footer?: { text?: string }; fields?: unknown[] }[];
  attachments?: { id?: unknown; filename?: unknown; description?: unknown }[];
  allowed_mentions?: { parse?: unknown };
}

export async function openDiscord(): Promise<DiscordStandIn> {
  const standIn: Omit<DiscordStandIn, 'service'> = { arrived: [], complaints: [], messages: new Map(), files: new Map() };
  let next = 0n;
  const serve = async (request: ServiceRequest): Promise<ServiceAnswer> => {
    const refuse = (status: number, code: number, message: string): ServiceAnswer => {
      standIn.complaints.push(message);
      return { status, body: JSON.stringify({ code, message }) };
    };
    const url = new URL(request.path, 'http://discord.example');
    if (!url.pathname.startsWith(discordPath)) return refuse(404, 10_015, 'Unknown Webhook');
    const form = isForm(request) ? await readForm(request) : undefined;
    if (form === undefined && request.headers['content-type']?.startsWith('application/json') !== true) return refuse(400, 50_109, 'not JSON');
    const sent = form === undefined ? request.body : (form.fields.get('payload_json') ?? '{}');
    const body = JSON.parse(sent) as Body;
    const wrong = wrongMessage(body) ?? wrongFiles(body, form?.files ?? new Map<string, SentFile>());
    if (wrong !== undefined) return refuse(400, 50_035, wrong);
    const text = readMarkdown([body.content, ...(body.embeds ?? []).flatMap(({ title, description, footer }) => [title, description, footer?.text])].filter((part) => part !== undefined).join('\n'));
    const id = url.pathname.slice(discordPath.length).replace('/messages/', '');
    if (request.method === 'POST' && id === '') {
      if (url.searchParams.get('wait') !== 'true') return { status: 204 };
      next += 1n;
      const made = String(81_384_788_765_712_384n + next);
      standIn.messages.set(made, sent);
      standIn.files.set(made, [...(form?.files.values() ?? [])]);
      standIn.arrived.push({ how: 'message', text, body: sent });
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id: made, channel_id: '1' }) };
    }
    if (request.method !== 'PATCH') return refuse(405, 0, 'method');
    if (!standIn.messages.has(id)) return { status: 404, body: JSON.stringify({ code: 10_008, message: 'Unknown Message' }) };
    standIn.messages.set(id, sent);
    // What a change does not name stays, unless it names what is to stay.
    standIn.files.set(id, [...(body.attachments === undefined ? (standIn.files.get(id) ?? []) : []), ...(form?.files.values() ?? [])]);
    standIn.arrived.push({ how: 'update', text, body: sent });
    return { status: 200, body: JSON.stringify({ id }) };
  };
  return { ...standIn, service: await openHttpService(serve) };
}

function wrongMessage({ content, embeds = [], allowed_mentions: mentions }: Body): string | undefined {
  if (typeof content !== 'string' || content === '' || content.length > 2_000) return 'content';
  if (!Array.isArray(mentions?.parse) || mentions.parse.length > 0) return 'allowed_mentions would ping';
  if (embeds.length > 10) return 'embeds';
  let sum = 0;
  for (const { title = '', description, color, footer, fields = [] } of embeds) {
    if (title.length > 256 || (description ?? ' ').length > 4_096 || description === '' || (footer?.text ?? ' ').length > 2_048 || footer?.text === '' || fields.length > 25) return 'embed';
    if (typeof color !== 'number' || !Number.isInteger(color) || color < 0 || color > 0xffffff) return 'color';
    sum += title.length + (description ?? '').length + (footer?.text ?? '').length;
  }
  return sum > 6_000 ? 'embeds together' : undefined;
}

/** Each file under its number, described, a picture; an embed shows what is there. */
function wrongFiles({ embeds = [], attachments = [] }: Body, files: ReadonlyMap<string, SentFile>): string | undefined {
  for (const [field, { name, bytes }] of files) {
    const number = /^files\[(\d+)\]$/.exec(field)?.[1];
    if (number === undefined || !isPng(bytes)) return `file ${field}`;
    if (!attachments.some(({ id, filename }) => String(id) === number && filename === name)) return 'a file that no attachment names';
  }
  for (const { filename, description } of attachments) {
    if (typeof filename !== 'string' || !/^[\w.-]+$/.test(filename)) return 'filename';
    if (typeof description !== 'string' || description.length > 1_024) return 'description';
    if (![...files.values()].some(({ name }) => name === filename)) return 'an attachment without its file';
  }
  const shown = embeds.flatMap(({ image }) => (image?.url === undefined ? [] : [image.url]));
  return shown.every((url) => attachments.some(({ filename }) => url === `attachment://${String(filename)}`)) ? undefined : 'an image that is not there';
}

/** What a person sees: escapes undone, bold marks gone. */
export function readMarkdown(text: string): string {
  return text.replace(/\\([^\p{L}\p{N}\s])/gu, (_, sign: string) => `\ue000${sign.codePointAt(0)}\ue001`).replace(/\*\*|`/g, '').replace(/\ue000(\d+)\ue001/g, (_, code: string) => String.fromCodePoint(Number(code))).replaceAll('\u200b', '');
}
