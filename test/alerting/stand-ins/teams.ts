/** A Workflow of Teams: takes a message with one Adaptive Card that clients of version 1.4 can show, up to 28 KB. */
import { openHttpService, type HttpService, type ServiceAnswer, type ServiceRequest } from './http-service.ts';
import type { Arrived } from '../notifier-contract.ts';

export interface TeamsStandIn {
  service: HttpService;
  arrived: Arrived[];
  complaints: string[];
}

export const teamsPath = '/workflows/0a1b2c3d4e5f/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers&sig=signature-is-secret';

type Part = Record<string, unknown>;
const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): Part[] => (Array.isArray(value) ? value.filter(isPart) : []);

export async function openTeams(): Promise<TeamsStandIn> {
  const standIn: Omit<TeamsStandIn, 'service'> = { arrived: [], complaints: [] };
  const serve = (request: ServiceRequest): ServiceAnswer => {
    const refuse = (status: number, message: string): ServiceAnswer => {
      standIn.complaints.push(message);
      return { status, body: JSON.stringify({ error: { code: 'BadRequest', message } }) };
    };
    if (request.path !== teamsPath) return refuse(404, 'WorkflowNotFound');
    if (request.method !== 'POST' || request.headers['content-type']?.startsWith('application/json') !== true) return refuse(400, 'content type');
    if (Buffer.byteLength(request.body) > 28_000) return refuse(413, 'request entity too large');
    const body: unknown = JSON.parse(request.body);
    if (!isPart(body) || body['type'] !== 'message') return refuse(400, 'type');
    const attachments = listOf(body['attachments']);
    const [attachment] = attachments;
    if (attachments.length !== 1 || attachment?.['contentType'] !== 'application/vnd.microsoft.card.adaptive') return refuse(400, 'attachments');
    const card = attachment['content'];
    if (!isPart(card)) return refuse(400, 'content');
    const wrong = wrongCard(card);
    if (wrong !== undefined) return refuse(400, wrong);
    standIn.arrived.push({ how: 'message', text: readCard(card), body: request.body });
    return { status: 202 };
  };
  return { ...standIn, service: await openHttpService(serve) };
}

/** Elements of adaptivecards.io/explorer that exist in 1.2; names that are unknown make a card invalid. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  AdaptiveCard: ['type', '$schema', 'version', 'lang', 'fallbackText', 'msteams', 'body', 'actions'],
  RichTextBlock: ['type', 'inlines', 'spacing', 'id', 'isVisible'],
  TextRun: ['type', 'text', 'weight', 'size', 'color', 'isSubtle', 'fontType'],
  Container: ['type', 'id', 'isVisible', 'items', 'spacing'],
  'Action.ToggleVisibility': ['type', 'title', 'targetElements'],
};
const values: Readonly<Record<string, readonly string[]>> = {
  weight: ['Lighter', 'Default', 'Bolder'],
  size: ['Small', 'Default', 'Medium', 'Large', 'ExtraLarge'],
  color: ['Default', 'Dark', 'Light', 'Accent', 'Good', 'Warning', 'Attention'],
  spacing: ['Default', 'None', 'Small', 'Medium', 'Large', 'ExtraLarge', 'Padding'],
  fontType: ['Default', 'Monospace'],
};

function wrongCard(card: Part): string | undefined {
  if (!/^1\.[234]$/.test(String(card['version']))) return `version ${String(card['version'])}`;
  if (listOf(card['body']).length === 0) return 'empty body';
  if (listOf(card['actions']).length > 6) return 'too many actions';
  const ids = JSON.stringify(card['body']).match(/"id":"[^"]*"/g) ?? [];
  if (new Set(ids).size !== ids.length) return 'ids repeat';
  return wrongPart(card);
}

function wrongPart(part: Part): string | undefined {
  const type = String(part['type']);
  const known = allowed[type];
  if (known === undefined) return `unknown element ${type}`;
  for (const [key, value] of Object.entries(part)) {
    if (!known.includes(key)) return `${type} has no ${key}`;
    if (values[key] !== undefined && !values[key].includes(String(value))) return `${key} ${String(value)}`;
  }
  if (type === 'TextRun' && (typeof part['text'] !== 'string' || part['text'] === '')) return 'TextRun without text';
  const inner = [...listOf(part['body']), ...listOf(part['inlines']), ...listOf(part['items']), ...listOf(part['actions'])];
  return inner.map(wrongPart).find((wrong) => wrong !== undefined);
}

function readCard(part: Part): string {
  if (part['type'] === 'TextRun') return String(part['text']);
  if (part['type'] === 'RichTextBlock') return listOf(part['inlines']).map(readCard).join('');
  return [...listOf(part['body']), ...listOf(part['items'])].map(readCard).join('\n');
}
