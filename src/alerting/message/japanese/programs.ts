/** Programs, users and those who started them inside sentences, said in Japanese. */
import { sayBy, type Rule } from './rule.ts';

const unknown: Readonly<Record<string, string>> = {
  'a program that is not known': '不明なプログラム',
  'a program that could not be told': '特定できないプログラム',
  'a process that could not be told': '特定できないプロセス',
};

/** A program between backticks, or the words for one that nobody knows. */
export function program(text: string): string {
  return unknown[text] ?? text;
}

/** `root`, `user 1000`. */
export function user(text: string): string {
  return text === 'a user that could not be read' ? '不明なユーザー' : text.replace(/^user (\d+)$/, 'ユーザー $1');
}

const processes: readonly Rule[] = [
  [/^(`[^`]*`) was opened to be run, and was gone before more could be read$/, (what) => `${what} は実行のために開かれましたが、詳しく読み取る前に終了しました。`],
  [
    /^(`[^`]*`)(, whose parent could not be known,)? ran as (.+?) with pid (-?\d+)(?: \((`[^`]*`)\))?$/,
    (chain, isAlone, as, pid, words) => `実行されたのは ${chain} です(${user(as!)}、PID ${pid}${isAlone === '' ? '' : '、親プロセスは不明'})。${words === '' ? '' : `引数は ${words} です。`}`,
  ],
];

/** `/tmp/.x ← sh` ran as user 1000 with pid 42 (`./x -d`): the whole of a sentence before its reason. */
export const processPattern = '(`[^`]*`(?:, whose parent could not be known,)? ran as .+? with pid -?\\d+(?: \\(`[^`]*`\\))?|`[^`]*` was opened to be run, and was gone before more could be read)';

export function processSaid(text: string): string {
  return sayBy(processes, text) ?? '';
}

/** Who holds a connection and who started that, at the end of a sentence. */
export const originPattern = '(it was `[^`]*`|which program it was could not be known)';

export function originSaid(text: string): string {
  const chain = /`[^`]*`/.exec(text)?.[0];
  return chain === undefined ? 'どのプログラムかは分かりません。' : `プログラムは ${chain} です。`;
}
