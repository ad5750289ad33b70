/** PagerDuty's Events API v2 and the Alert API of Opsgenie and Jira Service Management, with the checks of their documentation. */
import type { ServiceAnswer, ServiceRequest } from './http-service.ts';

export interface PagerTaken {
  how: 'message' | 'update' | 'reply';
  text: string;
  body: string;
}

export interface PagerService {
  serve(request: ServiceRequest): ServiceAnswer;
  taken: PagerTaken[];
  complaints: string[];
}

const characters = (text: string): number => [...text].length;

/** PagerDuty/developer-docs: `02-Trigger-Events.md` (parameters, deduplication), `01-Overview.md` (codes, 512 KB). */
export function pagerDutyService(routingKey: string): PagerService {
  const open = new Set<string>();
  const taken: PagerTaken[] = [];
  const complaints: string[] = [];
  const refuse = (why: string): ServiceAnswer => {
    complaints.push(why);
    return { status: 400, body: JSON.stringify({ status: 'invalid event', message: 'Event object is invalid', errors: [why] }) };
  };
  return {
    taken, complaints,
    serve({ method, path, body }) {
      if (method !== 'POST' || path !== '/v2/enqueue') return { status: 404 };
      if (Buffer.byteLength(body) > 512_000) return refuse('the event is over 512 KB');
      const event = JSON.parse(body) as { routing_key?: string; event_action?: string; dedup_key?: string; payload?: Record<string, unknown> };
      if (event.routing_key?.length !== 32) return refuse("Length of 'routing_key' is incorrect (should be 32 characters)");
      if (event.routing_key !== routingKey) return refuse('unknown routing key');
      if (!['trigger', 'acknowledge', 'resolve'].includes(event.event_action ?? '')) return refuse('event_action');
      const key = event.dedup_key ?? '';
      if (key === '' || key.length > 255) return refuse('dedup_key');
      const { payload = {} } = event;
      for (const name of ['summary', 'source'] as const) if (typeof payload[name] !== 'string' || payload[name] === '') return refuse(`'payload.${name}' is missing or blank`);
      if (characters(String(payload['summary'])) > 1_024) return refuse('summary is over 1,024 characters');
      if (!['critical', 'error', 'warning', 'info'].includes(String(payload['severity']))) return refuse('severity');
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d{4})$/.test(String(payload['timestamp']))) return refuse('timestamp');
      const isUpdate = open.has(key) || event.event_action !== 'trigger';
      if (event.event_action === 'trigger') open.add(key);
      else open.delete(key);
      const details = Object.entries((payload['custom_details'] ?? {}) as Record<string, string>).map(([name, value]) => `${name}: ${value}`);
      taken.push({ how: isUpdate ? 'update' : 'message', text: [event.event_action === 'resolve' ? 'Resolved' : '', payload['summary'], ...details].join('\n'), body });
      return { status: 202, body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key: key }) };
    },
  };
}

/**
 * Opsgenie, "Alert API" and "Alerts and alert fields" (lengths, actions by alias, 202 with a request id), and Jira Service Management ops, "Integration events",
 * which has create, close and notes alone.
 */
export function genieService(apiKey: string, prefix: string, canRewrite: boolean): PagerService & { open: Map<string, { message: string; description: string; count: number }> } {
  const open = new Map<string, { message: string; description: string; count: number }>();
  const taken: PagerTaken[] = [];
  const complaints: string[] = [];
  const refuse = (why: string): ServiceAnswer => {
    complaints.push(why);
    return { status: 422, body: JSON.stringify({ message: 'Request body is not processable. Please check the errors.', errors: { field: why }, took: 0.001, requestId: '1' }) };
  };
  const queued = (how: PagerTaken['how'], text: string, body: string): ServiceAnswer => {
    taken.push({ how, text, body });
    return { status: 202, body: JSON.stringify({ result: 'Request will be processed', took: 0.01, requestId: `r${taken.length}` }) };
  };
  return {
    taken, complaints, open,
    serve({ method, path, headers, body }) {
      if (headers.authorization !== `GenieKey ${apiKey}`) return { status: 401, body: '{"message":"Could not authenticate"}' };
      const how = canRewrite ? 'update' : 'reply';
      const given = JSON.parse(body) as Record<string, unknown>;
      const text = (name: string): string => (typeof given[name] === 'string' ? given[name] : '');
      if (method === 'POST' && path === `${prefix}/alerts`) {
        if (text('message') === '' || characters(text('message')) > 130) return refuse('message');
        if (text('alias') === '' || characters(text('alias')) > 512) return refuse('alias');
        if (characters(text('description')) > 15_000 || characters(text('entity')) > 512 || characters(text('source')) > 100) return refuse('description, entity or source');
        if (!/^P[1-5]$/.test(text('priority'))) return refuse('priority');
        const tags = given['tags'] as string[];
        if (tags.length > 20 || tags.some((tag) => characters(tag) > 50)) return refuse('tags');
        if (Object.values(given['details'] as object).some((value) => typeof value !== 'string')) return refuse('details');
        const known = open.get(text('alias'));
        if (known === undefined) open.set(text('alias'), { message: text('message'), description: text('description'), count: 1 });
        else known.count += 1;
        return queued(known === undefined ? 'message' : how, `${text('message')}\n${text('description')}`, body);
      }
      const [, alias = '', part = ''] = new RegExp(`^${prefix}/alerts/([^/?]+)/(close|notes|message|description)\\?identifierType=alias$`).exec(path) ?? [];
      if (alias === '') return { status: 404, body: '{"message":"no such path"}' };
      if (method === 'POST' && (part === 'close' || part === 'notes')) {
        if (characters(text('note')) > 25_000 || (part === 'notes' && text('note') === '')) return refuse('note');
        if (part === 'close') open.delete(alias);
        return queued(how, `${part === 'close' ? 'Resolved\n' : ''}${text('note')}`, body);
      }
      if (method !== 'PUT' || !canRewrite) return { status: 404, body: '{"message":"no such path"}' };
      const value = text(part);
      if (value === '' || characters(value) > (part === 'message' ? 130 : 15_000)) return refuse(part);
      const known = open.get(alias);
      if (known !== undefined) open.set(alias, { ...known, [part]: value });
      return queued(how, value, body);
    },
  };
}
