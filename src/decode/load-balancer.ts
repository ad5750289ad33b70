/**
 * Application Load Balancer access logs. A request becomes a log record whose kind is method, route and class of status
 * (`GET /orders/<*> 2xx`): that says more of a service than the flows of its clients, which the flow logs hold already.
 */
import type { Decoder, LogRecord } from '#contract';
import { contentId } from './content-id.ts';
import { instantOf } from './instant.ts';
import { maskSecrets, shortenRaw } from './mask.ts';

/** type, time, elb, client, target, three times, two statuses, received, sent, request; newer fields follow. */
const entry =
  /^(https?|h2|grpcs|wss?) (\S+) (\S+) \S+ \S+ -?[\d.]+ -?[\d.]+ -?[\d.]+ (\d{3}|-) (\d{3}|-) (?:-?\d+) (?:-?\d+) "((?:[^"\\]|\\.)*)"/;

/** Segments of a path that are kept: routes are told apart by their first ones. */
const segmentLimit = 4;

export const loadBalancer: Decoder = {
  id: 'load-balancer',
  title: 'Application Load Balancer access log',
  source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html',
  feed: 'load-balancer',
  framing: 'lines',
  recognise(head) {
    const fitting = head.filter(({ text }) => entry.test(text)).length;
    return fitting > 0 && fitting >= head.length / 2 ? 1 : 0;
  },
  open: () => ({
    decode(record) {
      const found = entry.exec(record.text);
      const instant = found === null ? undefined : instantOf(found[2]);
      if (found === null || instant === undefined) return { unreadable: 'load-balancer: a line of an ALB access log was expected' };
      const [, , , name = '', status = '-', , request = ''] = found;
      const kind = `${routeOf(request, status)} ${status === '-' ? 'no status' : `${status.charAt(0)}xx`}`;
      const event: LogRecord = {
        kind: 'log',
        feed: 'load-balancer',
        ...instant,
        id: contentId(record.text),
        hasOwnId: false,
        count: 1,
        subject: { name: nameOf(name) },
        origin: record.origin,
        raw: shortenRaw(record.text),
        templateId: contentId(kind),
        template: kind,
        severityText: status.startsWith('5') ? 'ERROR' : 'INFO',
        isContinuation: false,
      };
      return { events: [event] };
    },
  }),
};

/** `app/shop/50dc6c495c0c9188` is called `app/shop`: the last part changes when it is made anew. */
function nameOf(elb: string): string {
  const [kind, name] = elb.split('/');
  return (name === undefined ? elb : `${kind}/${name}`).slice(0, 200);
}

/** Method and route. A path that is not there (404) is no route of the service: scanners would invent them without end. */
function routeOf(request: string, status: string): string {
  const [method = '-', url = ''] = request.split(' ');
  if (!/^[A-Z]{3,20}$/.test(method)) return '(malformed request)';
  if (status === '404') return `${method} (no such path)`;
  const path = url.replace(/^[a-z]{2,6}:\/\/[^/]*/, '').replace(/[?#;].*$/s, '');
  const segments = path.split('/').filter((segment) => segment !== '');
  const kept = segments.slice(0, segmentLimit).map((segment) => (isName(segment) ? maskSecrets(segment) : '<*>'));
  return `${method} /${kept.join('/')}${segments.length > segmentLimit ? '/…' : ''}`;
}

/** A word of a route: short, and with at most two digits in a row (`v1`, `oauth2`). */
function isName(segment: string): boolean {
  return segment.length <= 40 && /^[\w.~:@+-]+$/.test(segment) && !/\d{3}/.test(segment) && !/^\d+$/.test(segment) && !/^[0-9a-f-]{12,}$/i.test(segment);
}
