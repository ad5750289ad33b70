/** A webhook of Discord: messages and changes, with the limits of its documentation; what it shows is read as its Markdown is. */
import { openHttpService, type HttpService, type ServiceAnswer, type ServiceRequest } from './http-service.ts';
import type { Arrived } from '../notifier-contract.ts';

export interface DiscordStandIn {
  service: HttpService;
  arrived: Arrived[];
  complaints: string[];
  messages: Map<string, string>;
}

export const discordPath = '/api/webhooks/81384788765712384/token-is-secret-3d89bb7572e0fb30d8128367b3b1b44f';

interface Body {
  content?: unknown;
  embeds?: { title?: string; description?: string; color?: unknown; footer?: { text?: string }; fields?: unknown[] }[];
  allowed_mentions?: { parse?: unknown };
}

export async function openDiscord(): Promise<DiscordStandIn> {
  const standIn: Omit<DiscordStandIn, 'service'> = { arrived: [], complaints: [], messages: new Map() };
  let next = 0n;
  const serve = (request: ServiceRequest): ServiceAnswer => {
    const refuse = (status: number, code: number, message: string): ServiceAnswer => {
      standIn.complaints.push(message);
      return { status, body: JSON.stringify({ code, message }) };
    };
    const url = new URL(request.path, 'http://discord.example');
    if (!url.pathname.startsWith(discordPath)) return refuse(404, 10_015, 'Unknown Webhook');
    if (request.headers['content-type']?.startsWith('application/json') !== true) return refuse(400, 50_109, 'not JSON');
    const body = JSON.parse(request.body) as Body;
    const wrong = wrongMessage(body);
    if (wrong !== undefined) return refuse(400, 50_035, wrong);
    const text = readMarkdown([body.content, ...(body.embeds ?? []).flatMap(({ title, description, footer }) => [title, description, footer?.text])].filter((part) => part !== undefined).join('\n'));
    const id = url.pathname.slice(discordPath.length).replace('/messages/', '');
    if (request.method === 'POST' && id === '') {
      if (url.searchParams.get('wait') !== 'true') return { status: 204 };
      next += 1n;
      const made = String(81_384_788_765_712_384n + next);
      standIn.messages.set(made, request.body);
      standIn.arrived.push({ how: 'message', text, body: request.body });
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id: made, channel_id: '1' }) };
    }
    if (request.method !== 'PATCH') return refuse(405, 0, 'method');
    if (!standIn.messages.has(id)) return { status: 404, body: JSON.stringify({ code: 10_008, message: 'Unknown Message' }) };
    standIn.messages.set(id, request.body);
    standIn.arrived.push({ how: 'update', text, body: request.body });
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

/** What a person sees: escapes undone, bold marks gone. */
export function readMarkdown(text: string): string {
  return text.replace(/\\([^\p{L}\p{N}\s])/gu, (_, sign: string) => `\ue000${sign.codePointAt(0)}\ue001`).replace(/\*\*|`/g, '').replace(/\ue000(\d+)\ue001/g, (_, code: string) => String.fromCodePoint(Number(code))).replaceAll('\u200b', '');
}
