/** Slack's incoming webhook and the calls of its Web API, as strict as documented: fields, limits of blocks, tokens, messages that exist. */
import type { SentFile } from './form.ts';
import { slackFiles } from './slack-files.ts';
import { openHttpService, type HttpService, type ServiceAnswer, type ServiceRequest } from './http-service.ts';
import type { Arrived } from '../notifier-contract.ts';

export interface SlackStandIn {
  service: HttpService;
  arrived: Arrived[];
  complaints: string[];
  /** Messages by ts, as they are now. */
  messages: Map<string, string>;
  /** Files that were shared, by the thread that they are in. */
  shared: { thread: string; title: string; alt: string; file: SentFile }[];
}

export const slackToken = 'xoxb-secret-bot-token';
export const slackHookPath = '/services/T0SECRET/B0SECRET/hook-path-is-secret';
const channelId = 'C024BE91L';

interface Body {
  text?: unknown;
  blocks?: unknown;
  channel?: unknown;
  ts?: unknown;
  thread_ts?: unknown;
  parse?: unknown;
  unfurl_links?: unknown;
}

export async function openSlack(): Promise<SlackStandIn> {
  const standIn: Omit<SlackStandIn, 'service'> = { arrived: [], complaints: [], messages: new Map(), shared: [] };
  const files = slackFiles({ ...standIn, channelId, origin: () => service.origin });
  let next = 0;
  const serve = (request: ServiceRequest): ServiceAnswer => {
    const isHook = request.path === slackHookPath;
    const refuse = (error: string, status = 400): ServiceAnswer => {
      standIn.complaints.push(`${request.path}: ${error}`);
      return isHook ? { status, body: error } : { status: 200, body: JSON.stringify({ ok: false, error }) };
    };
    if (request.method !== 'POST') return refuse('method', 405);
    const isUpload = request.path.startsWith('/upload/');
    if (isUpload || request.path.startsWith('/api/files.')) {
      if (!isUpload && request.headers.authorization !== `Bearer ${slackToken}`) return refuse('invalid_auth');
      const answered = files(request);
      return typeof answered === 'string' ? refuse(answered) : answered;
    }
    if (request.headers['content-type']?.startsWith('application/json') !== true) return refuse('invalid_content_type');
    let body: Body;
    try {
      body = JSON.parse(request.body) as Body;
    } catch {
      return refuse('invalid_payload');
    }
    const wrong = wrongBlocks(body);
    if (wrong !== undefined) return refuse(wrong);
    const take = (how: Arrived['how']): void => void standIn.arrived.push({ how, text: readBlocks(body.blocks), body: request.body });
    if (isHook) {
      take('message');
      return { status: 200, body: 'ok' };
    }
    if (request.headers.authorization !== `Bearer ${slackToken}`) return refuse('invalid_auth');
    if (request.path === '/api/chat.postMessage') {
      if (body.channel !== '#alerts' && body.channel !== channelId) return refuse('channel_not_found');
      if (body.thread_ts !== undefined && !standIn.messages.has(String(body.thread_ts))) return refuse('thread_not_found');
      next += 1;
      const ts = `1700000000.${String(next).padStart(6, '0')}`;
      if (body.thread_ts === undefined) standIn.messages.set(ts, request.body);
      take(body.thread_ts === undefined ? 'message' : 'reply');
      return { status: 200, body: JSON.stringify({ ok: true, channel: channelId, ts, message: {} }) };
    }
    if (request.path === '/api/chat.update') {
      // Names of channels are not taken here.
      if (body.channel !== channelId) return refuse('channel_not_found');
      if (!standIn.messages.has(String(body.ts))) return { status: 200, body: JSON.stringify({ ok: false, error: 'message_not_found' }) };
      if (body.parse !== 'none') return refuse('parse is client unless told otherwise');
      standIn.messages.set(String(body.ts), request.body);
      take('update');
      return { status: 200, body: JSON.stringify({ ok: true, channel: channelId, ts: body.ts, text: '' }) };
    }
    return refuse('unknown_method');
  };
  const service = await openHttpService(serve);
  return { ...standIn, service };
}

type Part = Record<string, unknown>;

const listOf = (value: unknown): Part[] => (Array.isArray(value) ? (value as Part[]) : []);

/** Limits of docs.slack.dev/reference/block-kit and of slack_sdk's models; the sum is what has been refused in practice. */
function wrongBlocks({ text, blocks }: Body): string | undefined {
  if (typeof text !== 'string' || text === '') return 'no_text';
  if (text.length > 40_000) return 'msg_too_long';
  if (!Array.isArray(blocks) || blocks.length === 0 || blocks.length > 50) return 'invalid_blocks';
  if (JSON.stringify(blocks).length > 13_200) return 'msg_blocks_too_long';
  for (const block of listOf(blocks)) {
    if (block['type'] === 'rich_text') {
      const sections = listOf(block['elements']);
      if (sections.length === 0) return 'invalid_blocks: empty rich text';
      for (const section of sections) {
        if (section['type'] !== 'rich_text_section') return `invalid_blocks: ${String(section['type'])}`;
        for (const element of listOf(section['elements'])) {
          const isText = element['type'] === 'text' && typeof element['text'] === 'string' && element['text'] !== '';
          const isEmoji = element['type'] === 'emoji' && /^[a-z_]+$/.test(String(element['name']));
          if (!isText && !isEmoji) return `invalid_blocks: ${JSON.stringify(element).slice(0, 80)}`;
        }
      }
    } else if (block['type'] === 'context') {
      const elements = listOf(block['elements']);
      if (elements.length === 0 || elements.length > 10) return 'invalid_blocks: context';
      if (elements.some((element) => element['type'] !== 'plain_text' || typeof element['text'] !== 'string' || element['text'] === '' || element['text'].length > 2_000)) return 'invalid_blocks: context element';
    } else {
      return `invalid_blocks: ${String(block['type'])}`;
    }
  }
  return undefined;
}

export function readBlocks(blocks: unknown): string {
  return listOf(blocks)
    .flatMap((block) => (block['type'] === 'context' ? [{ elements: block['elements'] }] : listOf(block['elements'])))
    .map((section) => listOf(section['elements']).map((element) => (element['type'] === 'text' || element['type'] === 'plain_text' ? String(element['text']) : '')).join(''))
    .join('\n');
}
