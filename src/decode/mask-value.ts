/** Request parameters fit to be kept: secrets masked, depth, keys and lengths bounded, no prototype. */
import type { JsonObject, JsonValue } from '#contract';
import { cut, mark, maskSecrets } from './mask-text.ts';

/** Deeper than any AWS or Kubernetes request needs to be judged (the security context of a CronJob's container is 9 deep). */
const depthLimit = 10;
const keyLimit = 200;
const textLimit = 1_000;
/** Policies are judged by their statements, and the one added by an intruder may come last; IAM's own limit is 10,240. */
const policyLimit = 10_240;
const policyKey = /policy|document/i;
/** `…:secret:NAME` is the name of a secret and none itself. */
const arn = /^arn:[\w-]+:[\w-]+:[^\s"']{1,2000}$/;

const secretKey = /pass(?:word|wd|phrase|code)|pwd|secret|token(?!s)|credential|private_?key|api_?key|access_?key|authorization|cookie/i;
/** Keys that speak about a secret without being one: `secretId`, `passwordResetRequired`, `tokenExpiration`. */
const aboutSecret = /(?:id|arn|name|type|version|stage|status|count|expir\w*|required|policy|length|enabled|user|date|used|ref|rotation\w*)s?$/i;

/** A copy with secrets masked; what is beyond depth 10 or the first 200 keys and elements is left out, marked `…`. */
export function maskValue(value: JsonValue): JsonValue {
  return copy(value, 0, { keys: keyLimit }, false, textLimit);
}

/** As `maskValue`, for what must be an object: anything else gives an empty one. */
export function maskObject(value: JsonValue | undefined): JsonObject {
  const masked = typeof value === 'object' && value !== null && !Array.isArray(value) ? maskValue(value) : {};
  return masked as JsonObject;
}

function copy(value: JsonValue, depth: number, left: { keys: number }, isSecret: boolean, length: number): JsonValue {
  if (typeof value === 'string') return copyText(value, isSecret, length);
  if (typeof value === 'number') return isSecret ? mark : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= depthLimit) return '…';
  if (Array.isArray(value)) {
    const items: JsonValue[] = [];
    for (const item of value) {
      if (left.keys <= 0) {
        items.push('…');
        break;
      }
      left.keys -= 1;
      items.push(copy(item, depth + 1, left, isSecret, length));
    }
    return items;
  }
  return copyObject(value, depth, left, isSecret);
}

function copyText(value: string, isSecret: boolean, length: number): string {
  if (isSecret && value !== '') return mark;
  return arn.test(value) ? value : cut(maskSecrets(value.slice(0, 4 * length)), length);
}

function copyObject(value: JsonObject, depth: number, left: { keys: number }, isSecret: boolean): JsonObject {
  const out = Object.create(null) as JsonObject;
  // Kubernetes keeps secrets under names of the user's choice; environment variables tell theirs beside the value.
  const isKubernetesSecret = own(value, 'kind') === 'Secret';
  const label = own(value, 'name') ?? own(value, 'key') ?? own(value, 'parameterKey');
  const isSecretPair = typeof label === 'string' && isSecretName(label);
  for (const key of Object.keys(value)) {
    if (left.keys <= 0) {
      out['…'] = '…';
      break;
    }
    left.keys -= 1;
    const isData = isSecret || (isKubernetesSecret && (key === 'data' || key === 'stringData'));
    const isHidden = isData || isSecretName(key) || (isSecretPair && /^(?:parameter)?value$/i.test(key));
    const inner = own(value, key) ?? null;
    // Below a secret-like key only plain values are secrets: objects (`credentials`, a volume's `secret`) tell by their own keys.
    const isBelow = isHidden && (isData || !isObject(inner));
    out[cut(key, 200)] = copy(inner, depth + 1, left, isBelow, policyKey.test(key) ? policyLimit : textLimit);
  }
  return out;
}

function isSecretName(name: string): boolean {
  return secretKey.test(name) && !aboutSecret.test(name);
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(value: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
