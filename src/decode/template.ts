/** The kind of a line: a pure function of that one line, remembered by the line's shape. */
import type { JsonObject } from '#contract';
import { contentId } from './content-id.ts';
import { isContinuationText } from './continuation.ts';
import { levelOfText } from './level.ts';
import { cut, mark, maskSecrets } from './mask.ts';
import { SlotTable } from './slot-table.ts';
import { jsonKind, objectKind } from './template-json.ts';
import { shape, shapeOfText } from './template-shape.ts';
import { canonicalWords, lineLimit, maskTokens, withoutColours } from './template-mask.ts';

export interface LineKind {
  /** 16 hex digits: a hash of `template`. */
  templateId: string;
  /** At most 400 characters, secrets masked. */
  template: string;
  severityText?: string;
  isContinuation: boolean;
}

const templateLimit = 400;
/** Longer lines are read as text even where they hold JSON. */
export const jsonLimit = 65_536;

/** Id and text of the kind of the line. */
export function lineTemplate(line: string): { templateId: string; template: string } {
  const { templateId, template } = lineKind(line);
  return { templateId, template };
}

/** Shapes remembered: more than the kinds of lines of a hundred services; the least lucky of a slot is made again. */
const known = new SlotTable<LineKind>(8_192);

/** Everything that the text of one line tells. */
export function lineKind(line: string): Readonly<LineKind> {
  const plain = withoutColours(line);
  const text = plain.length > lineLimit && !opensObject.test(plain) ? plain.slice(0, lineLimit) : plain;
  if (!shapeOfText(text)) return makeKind(text);
  const { high, low } = shape;
  const remembered = known.get(high, low);
  if (remembered !== undefined) return remembered;
  const kind = makeKind(text);
  known.set(high, low, kind);
  return kind;
}

const opensObject = /^[ \t\r\n]*\{/;

/** The kind of a line that arrived as the fields of an object. */
export function fieldsKind(fields: JsonObject): LineKind {
  const { template, severityText } = objectKind(fields);
  return finish(template, severityText, false);
}

/** As `lineKind` for a text without colours, made anew. */
export function makeKind(text: string): LineKind {
  if (text.length <= jsonLimit && opensObject.test(text)) {
    const kind = jsonKind(text);
    if (kind !== undefined) return finish(kind.template, kind.severityText, false);
  }
  const head = text.slice(0, lineLimit);
  const masked = maskTokens(head);
  const words = canonicalWords(masked);
  const level = klogLevel(head);
  // Masked with its day, klog's level would be lost.
  if (level !== undefined) return finish(`${level} ${words}`, level, false);
  return finish(words, levelOfText(words), isContinuationText(masked));
}

function finish(words: string, severityText: string | undefined, isContinuation: boolean): LineKind {
  const template = cut(maskSecrets(words).replaceAll(mark, '<*>'), templateLimit);
  const kind: LineKind = { templateId: contentId(template), template, isContinuation };
  if (severityText !== undefined) kind.severityText = severityText;
  return kind;
}

/** `I0102 15:04:05.000000`: Kubernetes' klog tells level and day in one token. */
function klogLevel(text: string): string | undefined {
  const found = /^([IWEF])[0-9]{4} /.exec(text);
  return found === null ? undefined : { I: 'INFO', W: 'WARN', E: 'ERROR', F: 'FATAL' }[found[1] ?? ''];
}
