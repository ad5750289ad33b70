/** Kubernetes audit events, as written by an API server or by EKS into CloudWatch Logs. */
import type { ApiActivity, Decoded, Decoder, JsonObject, JsonValue, RawRecord } from '#contract';
import { sharedFields, subjectOf } from './event-base.ts';
import { isObject, listOf, numberOf, objectOf, optionalText, textOf } from './fields.ts';
import { instantOf } from './instant.ts';
import { callerOf } from './kubernetes-actor.ts';
import { isSecretBody, rawWithoutBodies, requestOf, responseOf } from './kubernetes-request.ts';

export const kubernetesAudit: Decoder = {
  id: 'kubernetes-audit',
  title: 'Kubernetes and Amazon EKS audit events',
  source: 'https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/',
  feed: 'kubernetes-audit',
  framing: 'json',
  recognise: (head) => (head[0]?.value !== undefined && accepts(head[0].value) ? 1 : 0),
  accepts,
  open: () => ({ decode }),
};

function accepts(value: JsonValue): boolean {
  if (!isObject(value)) return false;
  if (value['kind'] === 'EventList' && isAuditVersion(value)) return true;
  if (!('user' in value)) return false;
  if (isAuditVersion(value)) return true;
  const hasPlace = typeof value['auditID'] === 'string' || ('stage' in value && 'requestURI' in value);
  return typeof value['verb'] === 'string' && hasPlace;
}

function isAuditVersion(value: Readonly<JsonObject>): boolean {
  return textOf(value['apiVersion']).startsWith('audit.k8s.io/');
}

/** Events of one list that are read; API servers send batches of 400 to a webhook. */
const listLimit = 10_000;

function decode(record: RawRecord): Decoded {
  const value = objectOf(record.value);
  if (value['kind'] !== 'EventList') return decodeEvent(value, record);
  const events: ApiActivity[] = [];
  let other: Decoded = { skipped: 'empty list of audit events' };
  for (const item of listOf(value['items'], listLimit)) {
    const text = textOfItem(item);
    const decoded = decodeEvent(objectOf(item), { ...record, text, value: item });
    if ('events' in decoded) events.push(...(decoded.events as ApiActivity[]));
    else other = decoded;
  }
  return events.length > 0 ? { events } : other;
}

function textOfItem(item: JsonValue): string {
  try {
    return JSON.stringify(item);
  } catch {
    // Nested deeper than the stack allows.
    return '';
  }
}

/** Calls that stay open: they are answered (`ResponseStarted`) long before they end (`ResponseComplete`). */
const openSubresources = new Set(['exec', 'attach', 'portforward', 'proxy', 'log']);
const readVerbs = new Set(['get', 'list', 'watch', 'head']);

/**
 * One call is one event, though it is written at up to three stages. `RequestReceived` tells nothing that the answer does not.
 * `ResponseStarted` counts for exec, attach, port-forward, proxy and log only; a watch is judged when it ends. Both stages have
 * one id (`auditID`) and one time (when the request came), so that of two the walk keeps one.
 */
function decodeEvent(value: Readonly<JsonObject>, record: RawRecord): Decoded {
  const stage = textOf(value['stage']);
  const reference = objectOf(value['objectRef']);
  const subresource = textOf(reference['subresource']);
  const isOpenCall = openSubresources.has(subresource);
  if (stage === 'RequestReceived') return { skipped: 'stage RequestReceived: the answer is judged' };
  if (stage === 'ResponseStarted' && !isOpenCall) return { skipped: 'stage ResponseStarted: the complete answer is judged' };

  const verb = textOf(value['verb']).toLowerCase();
  if (verb === '') return { unreadable: 'expected verb in a Kubernetes audit event' };
  const instant =
    instantOf(value['requestReceivedTimestamp']) ??
    instantOf(value['timestamp']) ??
    instantOf(value['stageTimestamp']) ??
    instantOf(objectOf(value['metadata'])['creationTimestamp']) ??
    instantOf(record.carrierTimeMs);
  if (instant === undefined) return { unreadable: 'expected requestReceivedTimestamp as an ISO 8601 instant in a Kubernetes audit event' };

  const { actor, names } = callerOf(value['user']);
  const uri = textOf(value['requestURI']);
  const resource = textOf(reference['resource']);
  const isSecret = isSecretBody(resource, subresource, value['requestObject'], value['responseObject']);
  const event: ApiActivity = {
    kind: 'api',
    ...sharedFields(
      'kubernetes-audit',
      record,
      instant,
      subjectOf(names),
      textOf(value['auditID']),
      isSecret ? rawWithoutBodies(value) : record.text,
    ),
    system: 'kubernetes',
    actor,
    service: textOf(reference['apiGroup']) || 'core',
    operation: resource === '' ? `${verb} ${pathOf(uri)}` : `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`,
    // `get pods/exec` opens a shell as `create pods/exec` does.
    isReadOnly: readVerbs.has(verb) && (!isOpenCall || subresource === 'log'),
    resource: nameOf(reference, value['requestObject']),
    ...outcomeOf(value, stage),
    request: requestOf(value, uri, isSecret),
    response: responseOf(value, isSecret),
  };
  const namespace = optionalText(reference['namespace']);
  if (namespace !== undefined) event.namespace = namespace;
  const sourceAddress = optionalText(listOf(value['sourceIPs'], 1)[0]);
  if (sourceAddress !== undefined) event.sourceAddress = sourceAddress;
  const userAgent = optionalText(value['userAgent']);
  if (userAgent !== undefined) event.userAgent = userAgent;
  return { events: [event] };
}

/** The first two parts of a path that names no resource: `/healthz`, `/apis/apps`; what follows may vary without end. */
function pathOf(uri: string): string {
  const path = uri.split('?', 1)[0]!;
  return path === '' ? '/' : path.split('/', 3).join('/');
}

/** A created object is not named in the reference; one with a generated name is known by its prefix. */
function nameOf(reference: Readonly<JsonObject>, body: JsonValue | undefined): string {
  const metadata = objectOf(objectOf(body)['metadata']);
  return textOf(reference['name']) || textOf(metadata['name']) || textOf(metadata['generateName']);
}

function outcomeOf(value: Readonly<JsonObject>, stage: string): Pick<ApiActivity, 'outcome' | 'errorCode'> {
  const status = objectOf(value['responseStatus']);
  const code = numberOf(status['code']);
  const reason = optionalText(status['reason']);
  if (textOf(objectOf(value['annotations'])['authorization.k8s.io/decision']) === 'forbid' || code === 401 || code === 403) {
    return { outcome: 'denied', errorCode: reason ?? String(code ?? 'Forbidden') };
  }
  const hasFailed = stage === 'Panic' || (code !== undefined && code >= 400) || textOf(status['status']) === 'Failure';
  return hasFailed ? { outcome: 'failure', errorCode: reason ?? String(code ?? (stage || 'Failure')) } : { outcome: 'success' };
}
