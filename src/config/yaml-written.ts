/** A configuration as text of YAML, with its lines. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { FargazerError } from '#contract';
import { insertEnvironment } from './environment-insertion.ts';
import type { Written } from './written.ts';

/** Throws `config-unreadable` where it is none. */
export function yamlWritten(text: string, file: string): Written {
  const lines = new LineCounter();
  const document = parseYaml(text, file, lines);
  return {
    plain: () => toPlain(document, file),
    insert: (environment) => insertEnvironment(document, environment),
    lineOf(path) {
      const offset = nodeAt(document, path)?.range?.[0];
      return offset === undefined ? undefined : lines.linePos(offset).line;
    },
  };
}

function parseYaml(text: string, file: string, lineCounter: LineCounter): Document {
  let document: Document;
  try {
    document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  } catch (error) {
    throw new FargazerError('config-unreadable', `${file}: this is not YAML that can be read (nested too deeply).`, { cause: error });
  }
  const error = document.errors[0];
  if (error !== undefined) {
    const { line } = lineCounter.linePos(error.pos[0]);
    // The parser catches its own overflow, and tells it as if it were the user's words.
    if (/call stack/i.test(error.message)) throw new FargazerError('config-unreadable', `${file}:${line}: this is not YAML that can be read (nested too deeply).`);
    const cure = /flow-map/.test(error.message) && text.split('\n')[line - 1]?.includes('${') === true ? ' Within { } and [ ], write "${NAME}" in quotes.' : '';
    throw new FargazerError('config-unreadable', `${file}:${line}: this is not YAML: ${error.message.replace(/\.$/, '')}.${cure}`);
  }
  return document;
}

function toPlain(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new FargazerError('config-unreadable', `${file}: its aliases (*name) expand to too much or lead nowhere.`, { cause: error });
  }
}

/** The deepest node of the document that a path leads to: the key itself where its value is wrong or unknown. */
function nodeAt(document: Document, path: readonly (string | number)[]): Node | null {
  let node: Node | null = document.contents;
  let found = node;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) break;
      found = pair.key as Node;
      node = pair.value as Node | null;
    } else if (isSeq(node) && typeof key === 'number') {
      node = (node.items[key] as Node | undefined) ?? null;
      found = node ?? found;
    } else break;
  }
  return found;
}
