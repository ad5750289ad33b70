/** A server of ntfy that takes messages as JSON: topic, priority, tags and size as it checks them, its own codes for what it refuses. */
import { openHttpService, type HttpService, type ServiceAnswer, type ServiceRequest } from './http-service.ts';
import type { Arrived } from '../notifier-contract.ts';

export interface NtfyStandIn {
  service: HttpService;
  arrived: Arrived[];
  complaints: string[];
  /** What a telephone shows now, by sequence. */
  shown: Map<string, string>;
}

export const ntfyTopic = 'topic-is-secret-Ns8';
export const ntfyToken = 'tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2';

/** The names of ntfy's list of emoji that are in use here. */
const emoji = ['red_circle', 'orange_circle', 'yellow_circle', 'large_blue_circle', 'white_check_mark'];

interface Body {
  topic?: unknown;
  title?: unknown;
  message?: unknown;
  priority?: unknown;
  tags?: unknown;
  sequence_id?: unknown;
}

export async function openNtfy(): Promise<NtfyStandIn> {
  const standIn: Omit<NtfyStandIn, 'service'> = { arrived: [], complaints: [], shown: new Map() };
  let next = 0;
  const serve = (request: ServiceRequest): ServiceAnswer => {
    const refuse = (http: number, code: number, error: string): ServiceAnswer => {
      standIn.complaints.push(error);
      return { status: http, body: JSON.stringify({ code, http, error, link: 'https://ntfy.sh/docs/publish/' }) };
    };
    if (request.path !== '/' || request.method !== 'POST') return refuse(404, 40_401, 'page not found');
    if (request.headers.authorization !== `Bearer ${ntfyToken}`) return refuse(403, 40_301, 'forbidden');
    if (Buffer.byteLength(request.body) > 16_384) return refuse(413, 41_303, 'JSON body too large');
    const { topic, title, message, priority, tags, sequence_id: sequence } = JSON.parse(request.body) as Body;
    if (topic !== ntfyTopic) return refuse(400, 40_009, 'invalid request: topic invalid');
    if (!Number.isInteger(priority) || Number(priority) < 1 || Number(priority) > 5) return refuse(400, 40_007, 'invalid priority parameter');
    if (!Array.isArray(tags) || !tags.every((tag) => emoji.includes(String(tag)))) return refuse(400, 0, 'a tag that is no emoji');
    if (typeof sequence !== 'string' || !/^[-_A-Za-z0-9]{1,64}$/.test(sequence)) return refuse(400, 0, 'invalid sequence');
    if (typeof title !== 'string' || typeof message !== 'string' || title === '' || message === '') return refuse(400, 0, 'no text');
    // It would become a file to download.
    if (Buffer.byteLength(message) > 4_096) return refuse(400, 0, 'message over 4,096 bytes');
    // Google's and Apple's servers take this much of title and message together.
    if (Buffer.byteLength(title) + Buffer.byteLength(message) > 4_000) return refuse(400, 0, 'cut on the way to the telephone');
    next += 1;
    standIn.arrived.push({ how: standIn.shown.has(sequence) ? 'update' : 'message', text: `${title}\n${message}`, body: request.body });
    standIn.shown.set(sequence, `${title}\n${message}`);
    return { status: 200, body: JSON.stringify({ id: `sPs71M8A2T${next}`, time: 0, event: 'message', topic, title, message }) };
  };
  return { ...standIn, service: await openHttpService(serve) };
}
