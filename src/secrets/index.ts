/** Secrets that a configuration names: read when asked for, once each, and shown nowhere. */
import type { SecretReference } from '#contract';
import { parameterOfStore, secretOfManager, type AwsAccess } from './aws.ts';
import { unreadable } from './failure.ts';
import { secretOfFile } from './file.ts';
import { redaction, type Redaction } from './redaction.ts';
import { Secret } from './secret.ts';

export { Secret, type AwsAccess, type Redaction };

export interface SecretReader extends Redaction {
  /** Kept for the life of the reader: who changes a secret starts the program again. Throws `secret-unreadable`. */
  read(reference: SecretReference): Promise<Secret>;
}

export function secretReader(access: AwsAccess = {}): SecretReader {
  const texts = new Map<string, Promise<string>>();
  const hidden = redaction();

  /** One call for all keys of a secret; a failure is asked again. */
  function once(key: string, ask: () => Promise<string>): Promise<string> {
    const known = texts.get(key);
    if (known !== undefined) return known;
    const asked = ask();
    texts.set(key, asked);
    asked.catch(() => texts.delete(key));
    return asked;
  }

  async function textOf(reference: SecretReference): Promise<string> {
    switch (reference.store) {
      case 'file':
        return once(`file ${reference.path}`, () => secretOfFile(reference.path));
      case 'ssm':
        return once(`ssm ${reference.name}`, () => parameterOfStore(reference.name, access));
      case 'secretsmanager': {
        const { name, jsonKey } = reference;
        const whole = await once(`secret ${name}`, () => secretOfManager(name, access));
        return jsonKey === undefined ? whole : keyOf(whole, name, jsonKey);
      }
    }
  }

  return {
    async read(reference) {
      const text = await textOf(reference);
      if (text.trim() === '') throw unreadable('it is empty. Store the secret there.');
      hidden.add(text);
      return new Secret(text);
    },
    ...hidden,
  };
}

function keyOf(whole: string, name: string, jsonKey: string): string {
  let value: unknown;
  try {
    value = JSON.parse(whole);
  } catch {
    // The cause is left out: it quotes what it could not read.
    throw unreadable(`the secret ${name} is no JSON, so it has no key ${jsonKey}. Leave out #${jsonKey}, or store JSON.`);
  }
  const found: unknown = typeof value === 'object' && value !== null && Object.hasOwn(value, jsonKey) ? Reflect.get(value, jsonKey) : undefined;
  if (typeof found === 'string') return found;
  if (typeof found === 'number' || typeof found === 'boolean') return String(found);
  throw unreadable(`the JSON of the secret ${name} has no text under the key ${jsonKey}. Add it, or correct the key.`);
}
