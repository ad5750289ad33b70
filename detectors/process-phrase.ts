/** Sentences about processes: who they are, who started them, as whom; whatever they call themselves. */
import type { ProcessActivity, Program } from '#contract';
import { shortName } from './phrase.ts';

const longestTitle = 119;
/** Of a lineage the nearest tell most. */
const lineageShown = 4;
const wordsShown = 6;

/** Signs that change what stands beside them or cannot be seen, and halves of signs. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}`]/gu;

const nameless = '(no name)';

function cleaned(text: string): string {
  return text.replace(unseen, '').replace(/\s+/g, ' ').trim();
}

/** A name between backticks, without signs that a terminal or a page would act on; `(no name)` where none is left. */
export function quoted(name: string): string {
  // Cleaned again, for what is cut may leave half a sign.
  return `\`${cleaned(shortName(cleaned(name.slice(0, 400)))) || nameless}\``;
}

/** The same without backticks, for objects of alerts. */
export function plainName(name: string, limit = 160): string {
  return cleaned(name.slice(0, limit)) || nameless;
}

export function said({ path, name }: Program): string {
  return quoted(path === '' ? name : path);
}

/** `/tmp/.x ← sh ← python3`: the process, its parent, and so on. */
export function lineageSaid(program: Program, lineage: readonly Program[]): string {
  const chain = [program, ...lineage.slice(0, lineageShown)].map(({ path, name }) => quoted(path === '' ? name : path).slice(1, -1));
  const more = lineage.length > lineageShown ? ' ← …' : '';
  return `\`${chain.join(' ← ')}${more}\``;
}

export function argumentsSaid(words: readonly string[]): string {
  if (words.length < 2) return '';
  const plain = words.slice(0, wordsShown).map((word) => quoted(word).slice(1, -1)).join(' ');
  return ` (\`${plain}${words.length > wordsShown ? ' …' : ''}\`)`;
}

export function userSaid(userId: number): string {
  return userId < 0 ? 'a user that could not be read' : userId === 0 ? 'root' : `user ${userId}`;
}

/** Lineage, user, pid and arguments of a process, for the middle of a sentence. */
export function processSaid({ program, lineage, userId, pid, arguments: words, foundBy }: ProcessActivity): string {
  if (foundBy === 'open') return `${said(program)} was opened to be run, and was gone before more could be read`;
  const from = lineage.length === 0 ? `${said(program)}, whose parent could not be known,` : lineageSaid(program, lineage);
  return `${from} ran as ${userSaid(userId)} with pid ${pid}${argumentsSaid(words)}`;
}

export function titled(title: string): string {
  return title.length > longestTitle ? `${title.slice(0, longestTitle - 1).replace(/[\ud800-\udbff]$/, '')}…` : title;
}
