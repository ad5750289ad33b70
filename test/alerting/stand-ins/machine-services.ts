/** Alertmanager, Falcosidekick and Splunk's HTTP Event Collector, with the checks of their sources and documentation. */
import { openHttpService, type HttpService, type ServiceAnswer, type ServiceRequest } from './http-service.ts';

export interface MachineService {
  http: HttpService;
  taken: string[];
  close(): Promise<void>;
}

async function open(serve: (request: ServiceRequest) => ServiceAnswer): Promise<MachineService> {
  const taken: string[] = [];
  const http = await openHttpService((request) => {
    const answer = serve(request);
    if (answer.status < 300) taken.push(request.body);
    return answer;
  });
  return { http, taken, close: () => http.close() };
}

const refused = (body: string): ServiceAnswer => ({ status: 400, body });
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** prometheus/alertmanager: `api/v2/openapi.yaml` (postableAlerts, labelSet), `types.go` Validate (label names, UTF-8, times in order, at least one label). */
export function openAlertmanager(): Promise<MachineService> {
  return open(({ method, path, headers, body }) => {
    if (method !== 'POST' || path !== '/api/v2/alerts') return { status: 404 };
    if (headers['content-type']?.startsWith('application/json') !== true) return { status: 415 };
    const alerts: unknown = JSON.parse(body);
    if (!Array.isArray(alerts)) return refused('no array');
    for (const alert of alerts as Record<string, unknown>[]) {
      const { labels, annotations = {}, startsAt, endsAt, ...rest } = alert as { labels?: Record<string, unknown>; annotations?: Record<string, unknown>; startsAt?: string; endsAt?: string };
      if (Object.keys(rest).some((key) => key !== 'generatorURL')) return refused('unknown field');
      if (labels === undefined || Object.keys(labels).length === 0) return refused('at least one label pair required');
      for (const [name, value] of [...Object.entries(labels), ...Object.entries(annotations)]) {
        if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) return refused('invalid name');
        if (typeof value !== 'string' || !value.isWellFormed()) return refused('invalid value');
      }
      for (const time of [startsAt, endsAt]) if (time !== undefined && !instant.test(time)) return refused('invalid time');
      if (startsAt !== undefined && endsAt !== undefined && endsAt < startsAt) return refused('start time must be before end time');
    }
    return { status: 200 };
  });
}

/** falcosecurity/falcosidekick: `handlers.go` mainHandler and newFalcoPayload, `types/types.go` FalcoPayload.Check, `types/priority.go`. */
export function openFalcosidekick(): Promise<MachineService> {
  const priorities = /^(?:debug|informational|info|notice|warning|error|critical|alert|emergency)$/i;
  return open(({ method, body }) => {
    if (method !== 'POST') return refused('Please send with post http method');
    const event = JSON.parse(body) as Record<string, unknown>;
    const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';
    const fields = event['output_fields'];
    const isValid = priorities.test(String(event['priority'])) && typeof event['rule'] === 'string' && event['rule'] !== ''
      && instant.test(String(event['time'])) && typeof fields === 'object' && fields !== null && Object.keys(fields).length > 0
      && isText(event['output']) && isText(event['source']) && isText(event['hostname']) && (event['tags'] === undefined || (Array.isArray(event['tags']) && event['tags'].every(isText)));
    if (!isValid) return refused('Please send a valid request body');
    // A field that is no string ends the process of the real one, where it is one that it asserts.
    if (Object.values(fields as object).some((value) => typeof value !== 'string')) return { status: 500 };
    return { status: 200 };
  });
}

/** Splunk: "Format events for HTTP Event Collector" and the reply codes of "Troubleshoot HTTP Event Collector". */
export function openSplunk(token: string, { index = 'main', wantsChannel = false } = {}): Promise<MachineService> {
  const reply = (status: number, code: number, text: string): ServiceAnswer => ({ status, body: JSON.stringify({ text, code }) });
  const envelope = new Set(['time', 'host', 'source', 'sourcetype', 'index', 'event', 'fields']);
  return open(({ method, path, headers, body }) => {
    if (method !== 'POST' || path !== '/services/collector/event') return { status: 404 };
    if (headers.authorization === undefined) return reply(401, 2, 'Token is required');
    if (!headers.authorization.startsWith('Splunk ')) return reply(401, 3, 'Invalid authorization');
    if (headers.authorization !== `Splunk ${token}`) return reply(403, 4, 'Invalid token');
    if (wantsChannel && headers['x-splunk-request-channel'] === undefined) return reply(400, 10, 'Data channel is missing');
    if (body === '') return reply(400, 5, 'No data');
    const event = JSON.parse(body) as Record<string, unknown>;
    if (Object.keys(event).some((key) => !envelope.has(key))) return reply(400, 6, 'Invalid data format');
    if (event['event'] === undefined) return reply(400, 12, 'Event field is required');
    if (event['event'] === '') return reply(400, 13, 'Event field cannot be blank');
    if (event['index'] !== undefined && event['index'] !== index) return reply(400, 7, 'Incorrect index');
    if (typeof event['time'] !== 'number' || event['time'] > 1e11) return reply(400, 6, 'Invalid data format');
    const fields = event['fields'];
    if (typeof fields !== 'object' || fields === null || Object.values(fields).some((value) => typeof value === 'object')) return reply(400, 15, 'Error in handling indexed fields');
    return reply(200, 0, 'Success');
  });
}
