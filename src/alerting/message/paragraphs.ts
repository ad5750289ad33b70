/** Which facts stand together where a message is one text. */
import type { Fact } from '#contract';

/** Where and what else belong to when; everything else begins a paragraph. */
export function beginsParagraph({ kind }: Fact): boolean {
  return kind !== 'whom' && kind !== 'count';
}
