/** What would have made detectors of programs, files and connections quiet, in Japanese. */
import { amount } from './measures.ts';
import type { Rule } from './rule.ts';

/** What is the same, behind `The same`. */
const same: Readonly<Record<string, string>> = {
  'program run from there': '同じ場所にある同じプログラムの実行',
  'name for the same executable': '同じ実行ファイルによる同じ名前の使用',
  'shell from the same parent in the same way': '同じ親プロセスからの同じ形でのシェル起動',
  'program gaining rights in the same way': '同じプログラムによる同じ形の権限取得',
  'program tracing the same': '同じプログラムによる同じ対象のトレース',
  library: '同じライブラリの読み込み',
  'done to this file by the same program': '同じプログラムによるこのファイルへの同じ操作',
  'program asking': '同じプログラムからの要求',
  'program talking': '同じプログラムの通信',
  port: '同じポートでの待ち受け',
  'program and destination': '同じプログラムと宛先の組み合わせ',
  destination: '同じ宛先との通信',
  program: '同じプログラムの実行',
};
const sameSaid = (text: string): string => same[text] ?? '同じこと';

/** `, or its path among `usualPlaces``, `, or an allowance for it in the configuration`. */
function otherwise(rest: string): string {
  const option = /`\w+`/.exec(rest)?.[0];
  const ways = [...(option === undefined ? [] : [`設定の ${option} に加えたとき`]), ...(rest.includes('allowance') ? ['設定で許可したとき'] : [])];
  return ways.length === 0 ? '' : `または${ways.join('、もしくは')}。`;
}

export const habitQuiets: readonly Rule[] = [
  [
    /^The same on (\d+) days, or by (\d+) tasks on (\d+) days, or during a teaching, or a person who accepts it into the baseline\.$/,
    (days, tasks, other) => `同じことが ${days} 日、もしくは ${other} 日にわたり ${tasks} タスクで見られたとき、学習期間中に見られたとき、または担当者がベースラインに受け入れたとき。`,
  ],
  [/^The same(?: (.+?))? during a teaching or on (\d+) days(, or .+)?\.$/, (what, days, rest) => `${sameSaid(what!)}が学習期間中または ${days} 日見られたとき。${otherwise(rest!)}`],
  [/^The same (.+?) on three days(, .+)?\.$/, (what, rest) => `${sameSaid(what!)}が 3 日見られたとき。${otherwise(rest!)}`],
  [/^Fewer than (\d+) of them in half a minute, or the same targets on three days\.$/, (count) => `30 秒間に ${count} 個未満のとき。または同じ対象への接続が 3 日見られたとき。`],
  [/^Fewer than (\d+) such names within a minute, or questions about the domain on three days, or its name in (`\w+`)\.$/, (count, option) =>
    `このような名前が 1 分間に ${count} 件未満のとき。またはこのドメインへの問い合わせが 3 日見られたとき、設定の ${option} に加えたとき。`],
  [/^At most (\S+ \S+) in a minute, or minutes like this on three days\.$/, (most) => `1 分間の受信量が ${amount(most!)} 以下のとき。または同じような受信が 3 日見られたとき。`],
];
