/** What an AWS policy document allows: to everybody, to other accounts, everything. */
import type { ApiActivity, JsonObject, JsonValue } from '#contract';
import { isObject, listOf, objectsUnder, textsUnder } from './request.ts';

export interface PolicyReading {
  /** Allows everybody, with no condition that narrows it. */
  isPublic: boolean;
  /** Accounts other than the own that are allowed something; at most 8. */
  outsiders: string[];
  /** Identity providers that may assume the role. */
  federations: string[];
  /** Allows every action on every resource, or all of IAM. */
  isAdministrator: boolean;
  /** Allows passing any role, or assuming any. */
  passesAnyRole: boolean;
}

const documentField = /^(?:policy|policyDocument|assumeRolePolicyDocument|bucketPolicy|policyText|resourcePolicy|keyPolicy|topicPolicy)$/i;
/** Conditions that bind an otherwise public statement to known callers. */
const narrowing = /principalorg|sourceaccount|sourcearn|sourceowner|principalaccount|principalarn|sourcevpc|sourceip|calleraccount|viaservice|orgpaths|externalid|:sub|:aud|userid/i;

export function policyOf(activity: ApiActivity): PolicyReading {
  const reading: PolicyReading = { isPublic: false, outsiders: [], federations: [], isAdministrator: false, passesAnyRole: false };
  const own = activity.subject.account ?? activity.actor.account ?? '';
  for (const document of documentsIn(activity.request)) {
    for (const statement of listOf(document['Statement'])) if (isObject(statement)) read(statement, own, reading);
  }
  return reading;
}

function documentsIn(request: JsonObject): JsonObject[] {
  const found = objectsUnder(request, documentField).filter((document) => 'Statement' in document);
  for (const text of textsUnder(request, documentField)) {
    if (!text.includes('Statement')) continue;
    const parsed = parseCut(text.startsWith('%') ? decoded(text) : text);
    if (parsed !== undefined) found.push(parsed);
  }
  return found.slice(0, 8);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** JSON that may have been cut off: what stands whole before the cut. */
export function parseCut(text: string): JsonObject | undefined {
  const open: string[] = [];
  let inText = false;
  let isEscaped = false;
  /** After a value that ended at this place everything open can be closed. */
  let good = '';
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]!;
    if (inText) {
      if (isEscaped) isEscaped = false;
      else if (sign === '\\') isEscaped = true;
      else if (sign === '"') inText = false;
    } else if (sign === '"') inText = true;
    else if (sign === '{') open.push('}');
    else if (sign === '[') open.push(']');
    else if (sign === '}' || sign === ']') {
      if (open.pop() !== sign || open.length > 32) return undefined;
      good = text.slice(0, at + 1) + open.toReversed().join('');
    }
    if (open.length > 32) return undefined;
  }
  try {
    const value = JSON.parse(good) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function read(statement: JsonObject, own: string, reading: PolicyReading): void {
  if (statement['Effect'] !== 'Allow') return;
  const isNarrowed = narrowing.test(Object.values(statement['Condition'] ?? {}).flatMap((inner) => (isObject(inner) ? Object.keys(inner) : [])).join(' '));
  const { Principal: principal } = statement;
  if ((principal === '*' || listOf(isObject(principal) ? principal['AWS'] : undefined).includes('*')) && !isNarrowed) reading.isPublic = true;
  if (isObject(principal)) {
    for (const name of listOf(principal['AWS'])) note(reading.outsiders, outsiderIn(String(name), own));
    for (const name of listOf(principal['Federated'])) note(reading.federations, String(name));
  }
  if (principal !== undefined) return;
  const actions = listOf(statement['Action']).map((action) => String(action).toLowerCase());
  const isEverywhere = listOf(statement['Resource']).includes('*');
  if (!isEverywhere) return;
  if (actions.includes('*') || actions.includes('*:*') || actions.includes('iam:*') || statement['NotAction'] !== undefined) reading.isAdministrator = true;
  if (actions.some((action) => action === 'iam:passrole' || action === 'sts:assumerole' || action === 'sts:*')) reading.passesAnyRole = true;
}

function outsiderIn(principal: string, own: string): string {
  const account = /^(?:arn:aws[\w-]*:(?:iam|sts)::)?(\d{12})(?::|$)/.exec(principal)?.[1] ?? '';
  return account === own ? '' : account;
}

function note(list: string[], name: string): void {
  if (name !== '' && list.length < 8 && !list.includes(name)) list.push(name);
}

/** Account ids among texts (bare, or within an ARN) that are not the own; at most 8. */
export function outsidersAmong(texts: readonly string[], activity: ApiActivity): string[] {
  const own = activity.subject.account ?? activity.actor.account ?? '';
  const found: string[] = [];
  for (const text of texts) {
    const account = /(?:^|:)(\d{12})(?:$|:)/.exec(text)?.[1] ?? '';
    if (account !== own) note(found, account);
  }
  return found;
}
