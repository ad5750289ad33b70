/** An incoming webhook of Mattermost: its fields and limits as its server checks them; its Markdown is read as it shows it. */
import { openHttpService, type HttpService, type ServiceAnswer, type ServiceRequest } from './http-service.ts';
import { readMarkdown } from './discord.ts';
import type { Arrived } from '../notifier-contract.ts';

export interface MattermostStandIn {
  service: HttpService;
  arrived: Arrived[];
  complaints: string[];
}

export const mattermostPath = '/hooks/hook-key-is-secret-8xw3';

export interface Attachment {
  fallback?: unknown;
  color?: unknown;
  text?: unknown;
}

interface Body {
  text?: unknown;
  channel?: unknown;
  username?: unknown;
  attachments?: Attachment[];
}

export async function openMattermost(): Promise<MattermostStandIn> {
  const standIn: Omit<MattermostStandIn, 'service'> = { arrived: [], complaints: [] };
  const serve = (request: ServiceRequest): ServiceAnswer => {
    const refuse = (status: number, id: string): ServiceAnswer => {
      standIn.complaints.push(id);
      return { status, body: JSON.stringify({ id, message: id, detailed_error: '', status_code: status }) };
    };
    if (request.path !== mattermostPath || request.method !== 'POST') return refuse(400, 'web.incoming_webhook.invalid.app_error');
    if (!(request.headers['content-type'] ?? '').startsWith('application/json')) return refuse(400, 'web.incoming_webhook.media_type.app_error');
    const { text, channel, username, attachments } = JSON.parse(request.body) as Body;
    if (text !== undefined) return refuse(400, 'web.incoming_webhook.text.app_error');
    if (channel !== undefined && channel !== 'alerts') return refuse(404, 'web.incoming_webhook.channel.app_error');
    if (typeof username === 'string' && username.length > 64) return refuse(400, 'model.incoming_hook.username.app_error');
    const wrong = wrongAttachments(attachments);
    if (wrong !== undefined) return refuse(400, wrong);
    standIn.arrived.push({ how: 'message', text: readAttachments(attachments ?? []), body: request.body });
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' };
  };
  return { ...standIn, service: await openHttpService(serve) };
}

/** Why the server would not take them, or not as they are meant. */
export function wrongAttachments(attachments: readonly Attachment[] | undefined): string | undefined {
  if (!Array.isArray(attachments) || attachments.length === 0) return 'no attachments';
  let characters = 0;
  for (const [index, attachment] of (attachments as readonly Attachment[]).entries()) {
    if (typeof attachment.fallback !== 'string' || (attachment.fallback === '') !== (index > 0)) return 'one fallback, and no second one in the notification';
    if (typeof attachment.color !== 'string' || !/^#[0-9a-f]{6}$/.test(attachment.color)) return 'color';
    if (typeof attachment.text !== 'string' || attachment.text === '') return 'text';
    characters += [...attachment.text].length;
  }
  return characters > 16_383 ? 'longer than a post, which the server would take apart' : undefined;
}

export function readAttachments(attachments: readonly Attachment[]): string {
  return readMarkdown(attachments.map((attachment) => String(attachment.text)).join('\n'));
}
