/** What a Kubernetes audit event says was asked and answered, fit to be kept: secrets masked, bounded. */
import type { JsonObject, JsonValue } from '#contract';
import { isObject, listOf, objectOf, optionalText, textOf, textsOf } from './fields.ts';
import { cut, maskObject, maskSecrets, maskValue } from './mask.ts';

/** Bodies that hold secrets as a whole: what is asked of them or answered is kept by its metadata alone. */
export function isSecretBody(resource: string, subresource: string, ...bodies: (JsonValue | undefined)[]): boolean {
  if (resource === 'secrets' || resource === 'tokenreviews' || (resource === 'serviceaccounts' && subresource === 'token')) return true;
  return bodies.some((body) => {
    const kind = textOf(objectOf(body)['kind']);
    return kind === 'Secret' || kind === 'SecretList' || kind === 'TokenRequest' || kind === 'TokenReview';
  });
}

/**
 * The request object, or its patches under `patch`; for exec and its like the `command` and `container` of the URI; the user that
 * was impersonated under `impersonatedUser`.
 */
export function requestOf(event: Readonly<JsonObject>, uri: string, isSecret: boolean): JsonObject {
  const body = event['requestObject'];
  const kept = isSecret ? bareBody(body) : Array.isArray(body) ? { patch: body } : body;
  const request = maskObject(kept);
  const query = uri.indexOf('?');
  if (query >= 0) {
    // A command line of more than 4,096 characters is cut like any other text.
    const parameters = new URLSearchParams(uri.slice(query + 1, query + 1 + 4_096));
    const command = parameters.getAll('command').slice(0, 32).map((word) => cut(maskSecrets(word), 400));
    if (command.length > 0) request['command'] = command;
    const container = parameters.get('container');
    if (container !== null && container !== '') request['container'] = cut(container, 400);
  }
  const impersonated = objectOf(event['impersonatedUser']);
  const userName = optionalText(impersonated['username']);
  if (userName !== undefined) request['impersonatedUser'] = maskValue({ username: userName, groups: textsOf(impersonated['groups']) });
  return request;
}

export function responseOf(event: Readonly<JsonObject>, isSecret: boolean): JsonObject {
  const body = event['responseObject'];
  return maskObject(isSecret ? bareBody(body) : body);
}

/** The raw event without the bodies that hold secrets. */
export function rawWithoutBodies(event: Readonly<JsonObject>): string {
  const rest: JsonObject = {};
  for (const key of ['auditID', 'stage', 'verb', 'requestURI', 'user', 'sourceIPs', 'userAgent', 'objectRef', 'responseStatus']) {
    const value = event[key];
    if (value !== undefined) rest[key] = value;
  }
  try {
    return JSON.stringify(rest);
  } catch {
    // Nested deeper than the stack allows.
    return '';
  }
}

/** Kind, name, namespace and type of a secret, and the names of what it holds. */
function bareBody(value: JsonValue | undefined): JsonObject {
  const body = Array.isArray(value) ? {} : objectOf(value);
  const metadata = objectOf(body['metadata']);
  const bare: JsonObject = { kind: textOf(body['kind']), name: textOf(metadata['name']), namespace: textOf(metadata['namespace']) };
  const type = optionalText(body['type']);
  if (type !== undefined) bare['type'] = type;
  const keys = [body['data'], body['stringData']].flatMap((data) => (isObject(data) ? Object.keys(data).slice(0, 32) : []));
  if (keys.length > 0) bare['keys'] = keys.map((key) => cut(key, 200));
  const items = listOf(body['items']).length;
  if (items > 0) bare['items'] = items;
  return bare;
}
