/** A webhook of Google Chat: messages with cards in threads found by key, with the limits of its documentation; its HTML is read as a card shows it. */
import { openHttpService, type HttpService, type ServiceAnswer, type ServiceRequest } from './http-service.ts';
import type { Arrived } from '../notifier-contract.ts';

export interface GoogleChatStandIn {
  service: HttpService;
  arrived: Arrived[];
  complaints: string[];
  /** Messages that stand in the space, by request id: a request that comes twice makes one. */
  messages: Map<string, string>;
}

export const googleChatPath = '/v1/spaces/AAAAspace/messages?key=key-is-secret-AIza&token=token-is-secret-Zx9';

type Part = Record<string, unknown>;
const listOf = (value: unknown): Part[] => (Array.isArray(value) ? (value as Part[]) : []);

export async function openGoogleChat(): Promise<GoogleChatStandIn> {
  const standIn: Omit<GoogleChatStandIn, 'service'> = { arrived: [], complaints: [], messages: new Map() };
  const threads = new Set<string>();
  const serve = (request: ServiceRequest): ServiceAnswer => {
    const refuse = (code: number, status: string, message: string): ServiceAnswer => {
      standIn.complaints.push(message);
      return { status: code, body: JSON.stringify({ error: { code, message, status } }) };
    };
    const url = new URL(request.path, 'http://chat.example');
    const given = new URL(googleChatPath, 'http://chat.example');
    if (url.pathname !== given.pathname) return refuse(404, 'NOT_FOUND', 'Requested entity was not found.');
    for (const name of ['key', 'token']) if (url.searchParams.get(name) !== given.searchParams.get(name)) return refuse(403, 'PERMISSION_DENIED', name);
    if (url.searchParams.get('messageReplyOption') !== 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD') return refuse(400, 'INVALID_ARGUMENT', 'without messageReplyOption a thread key is not looked at');
    const requestId = url.searchParams.get('requestId') ?? '';
    if (request.method !== 'POST' || !(request.headers['content-type'] ?? '').startsWith('application/json') || requestId === '') return refuse(400, 'INVALID_ARGUMENT', 'request');
    if (Buffer.byteLength(request.body) > 32_000) return refuse(400, 'INVALID_ARGUMENT', 'Message is too long');
    const body = JSON.parse(request.body) as { text?: unknown; fallbackText?: unknown; cardsV2?: unknown; thread?: { threadKey?: unknown } };
    const text = readCards(body.cardsV2);
    if (typeof text !== 'object') return refuse(400, 'INVALID_ARGUMENT', text);
    if (body.text !== undefined) return refuse(400, 'INVALID_ARGUMENT', 'texts beside cards may mention people');
    const key = body.thread?.threadKey;
    if (typeof key !== 'string' || key === '' || key.length > 4_000) return refuse(400, 'INVALID_ARGUMENT', 'thread');
    standIn.arrived.push({ how: threads.has(key) ? 'reply' : 'message', text: text.join('\n'), body: request.body });
    threads.add(key);
    standIn.messages.set(requestId, request.body);
    return { status: 200, body: JSON.stringify({ name: `spaces/AAAAspace/messages/${requestId}`, thread: { name: 'spaces/AAAAspace/threads/x' } }) };
  };
  return { ...standIn, service: await openHttpService(serve) };
}

/** The texts of cards, or what is wrong with them (developers.google.com/workspace/chat/api/reference/rest/v1/cards). */
function readCards(cards: unknown): string[] | string {
  const texts: string[] = [];
  if (listOf(cards).length === 0) return 'no card';
  for (const holder of listOf(cards)) {
    if (typeof holder['cardId'] !== 'string') return 'cardId';
    const sections = listOf((holder['card'] as Part | undefined)?.['sections']);
    if (sections.length === 0) return 'sections';
    let widgets = 0;
    for (const section of sections) {
      if (typeof section['header'] === 'string') texts.push(section['header']);
      if (listOf(section['widgets']).length === 0) return 'a section without widgets';
      for (const widget of listOf(section['widgets'])) {
        widgets += 1;
        const paragraph = widget['textParagraph'] as Part | undefined;
        const decorated = widget['decoratedText'] as Part | undefined;
        if ((paragraph === undefined) === (decorated === undefined)) return 'a widget is of one kind';
        const html = (paragraph ?? decorated)?.['text'];
        if (typeof html !== 'string' || html === '') return 'a widget without text';
        if (decorated !== undefined && (typeof decorated['topLabel'] !== 'string' || decorated['wrapText'] !== true)) return 'a label, or a text that would be cut';
        const read = readCardHtml(html);
        if (read === undefined) return `HTML: ${html.slice(0, 80)}`;
        texts.push(`${decorated === undefined ? '' : `${String(decorated['topLabel'])}: `}${read}`);
      }
    }
    if (widgets > 100) return 'over 100 widgets';
  }
  return texts;
}

/** What a person reads; undefined where a tag stands that the notifier never writes, or an entity that cards may not know. */
export function readCardHtml(html: string): string | undefined {
  const bare = html.replace(/<\/?b>|<font color="#[0-9a-f]{6}">|<\/font>/g, '');
  if (/[<>]|&(?!(?:lt|gt|amp);)/.test(bare)) return undefined;
  return bare.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').replaceAll('\u200b', '');
}
