/** Secrets that a configuration names without holding them: where the text lies that an option stands for. */

export type SecretReference =
  | { store: 'file'; path: string }
  | { store: 'secretsmanager'; name: string; jsonKey?: string }
  | { store: 'ssm'; name: string };

const written = /^(file|secretsmanager|ssm):([^]*)$/;

/** Names of Secrets Manager (API reference of CreateSecret, `Name`), or an ARN. */
const secretName = /^(?:arn:aws(?:-[a-z]+)*:secretsmanager:[a-z]{2}(?:-[a-z]+)+-\d:\d{12}:secret:)?[A-Za-z0-9/_+=.@-]{1,512}$/;
/** Names of parameters (Systems Manager: 1,011 characters with the ARN's head), with a version or label behind a colon, or an ARN. */
const parameterName = /^(?:arn:aws(?:-[a-z]+)*:ssm:[a-z]{2}(?:-[a-z]+)+-\d:\d{12}:parameter)?[A-Za-z0-9/_.-]{1,1011}(?::[A-Za-z0-9_.-]{1,100})?$/;

/**
 * Reads `file:/path`, `secretsmanager:NAME[#jsonKey]` and `ssm:NAME`; undefined for every other text, a fault (no capital,
 * no full stop) where it begins like one of them and names nothing.
 */
export function parseSecretReference(text: string): SecretReference | { fault: string } | undefined {
  const [, store, rest = ''] = written.exec(text) ?? [];
  if (store === undefined) return undefined;
  if (store === 'file') {
    const path = rest.replace(/^\/\/(?=\/)/, '');
    // Relative to what, would depend on who starts it.
    return /^\/[^/]/.test(path) && !path.includes('\0') ? { store, path } : { fault: 'expected a whole path behind file:, such as file:/run/secrets/slack' };
  }
  if (store === 'ssm') return parameterName.test(rest) ? { store, name: rest } : { fault: 'expected the name of a parameter behind ssm:, such as ssm:/fargazer/slack' };
  const hash = rest.indexOf('#');
  const name = hash < 0 ? rest : rest.slice(0, hash);
  if (!secretName.test(name) || hash === rest.length - 1) return { fault: 'expected the name of a secret behind secretsmanager:, such as secretsmanager:fargazer/slack, or with #key a key of the JSON that it holds' };
  return { store: 'secretsmanager', name, ...(hash < 0 ? {} : { jsonKey: rest.slice(hash + 1) }) };
}
