/** Use of CPU, memory, network and disk, in Japanese. */
import { amount, over, who } from './measures.ts';
import { sayBy, type Rule } from './rule.ts';

/** What a task did, as a subject with its value. */
const doing: readonly Rule[] = [
  [/^used (.+) of (?:its|one) CPU$/, (value) => `CPU 使用率が ${value}`],
  [/^used (.+) of its memory$/, (value) => `メモリ使用率が ${value}`],
  [/^held (.+) of memory$/, (value) => `メモリ使用量が ${value}`],
  [/^received (.+)$/, (value) => `受信量が ${amount(value!)}`],
  [/^sent (.+)$/, (value) => `送信量が ${amount(value!)}`],
  [/^read (.+) from disk$/, (value) => `ディスク読み取り量が ${amount(value!)}`],
  [/^wrote (.+) to disk$/, (value) => `ディスク書き込み量が ${amount(value!)}`],
  [/^filled (.+) of its disk$/, (value) => `ディスク使用率が ${value}`],
  [/^kept (.+) on disk$/, (value) => `ディスク使用量が ${value}`],
  [/^had (.+) at (.+)$/, (metric, value) => `${metric} が ${amount(value!)}`],
];
const did = (text: string): string => sayBy(doing, text) ?? text;

const nouns: Readonly<Record<string, string>> = {
  'CPU use': 'CPU 使用率',
  memory: 'メモリ使用量',
  'incoming traffic': '受信量',
  'outgoing traffic': '送信量',
  'reading from disk': 'ディスク読み取り量',
  'writing to disk': 'ディスク書き込み量',
  'disk use': 'ディスク使用量',
};
const noun = (text: string): string => nouns[text] ?? text;

const verbs = '(?:used|held|received|sent|read|wrote|filled|kept|had)';

export const resourceTitles: readonly Rule[] = [
  [new RegExp(`^(.+?) (${verbs} .+), this task was at (.+) so far$`), (name, done, usual) => `${who(name!)} の ${did(done!)} になりました(このタスクはこれまで ${amount(usual!)})`],
  [new RegExp(`^(.+?) (${verbs} .+) in one task, its siblings are at (.+)$`), (name, done, theirs) => `${who(name!)} の 1 タスクだけ ${did(done!)} になりました(ほかのタスクは ${amount(theirs!)})`],
  [new RegExp(`^(.+?) (${verbs} .+), usually (.+)$`), (name, done, usual) => `${who(name!)} の ${did(done!)} になりました(通常は ${amount(usual!)})`],
  [/^(.+)'s (.+) keeps growing, now (.+)$/, (name, what, value) => `${who(name!)} の${noun(what!)}が増え続けています(現在 ${amount(value!)})`],
  [/^(.+)'s (.+) has stood still at (.+)$/, (name, what, value) => `${who(name!)} の${noun(what!)}が ${amount(value!)} のまま変化しません`],
];

const siblings: readonly Rule[] = [
  [/^ The other tasks of the service do the same\.$/, () => 'ほかのタスクも同じ状態です。'],
  [/^ Its siblings are at (.+) now\.$/, (theirs) => `ほかのタスクは現在 ${amount(theirs!)} です。`],
];

export const resourceSummaries: readonly Rule[] = [
  [
    /^A task of .+ in a minute; the service usually stays at (.+?) \((.+?)\)\.( .+)?$/,
    (usual, history, beside) => `サービス全体では通常 ${amount(usual!)} です(${over(history!)})。${sayBy(siblings, beside!) ?? ''}`,
  ],
  [/^The .+? of a task of .+ has not fallen back for hours: even its lowest values, now (.+), are above all that it had before\.$/, (value) => `数時間にわたり下がっていません。最も低い値でも ${amount(value!)} あり、これまでのどの値よりも高くなっています。`],
  [/^The .+? of a task of .+, which always moves, has been exactly .+ for half an hour or longer\.$/, () => 'ふだんは常に変動する値ですが、30 分以上まったく動いていません。'],
  [/^A task of .+ in a minute, unlike before, while the other tasks of the service are at (.+)\.$/, (theirs) => `このタスクでは初めてのことで、ほかのタスクは ${amount(theirs!)} です。`],
  [/^A task of .+ in a minute, far outside of what it did so far \(.+?\), and (above|below) what is usual for the service as a whole \((.+)\)\.$/, (side, usual) => `このタスクのこれまでの範囲を大きく外れ、サービス全体の通常の範囲(${amount(usual!)})も${side === 'above' ? '上回って' : '下回って'}います。`],
  [/^A task of .+ in a minute, far outside of what it did so far \(.+?\), though not of what is usual for the service as a whole \((.+)\)\.$/, (usual) => `このタスクのこれまでの範囲を大きく外れています。サービス全体では通常の範囲内です(${amount(usual!)})。`],
];

export const resourceLooks: readonly Rule[] = [
  [/^Which program in the task uses the CPU, and whether its requests grew as well\.$/, () => 'タスク内のどのプログラムが CPU を使っているか。リクエストも増えているか。'],
  [/^Whether the memory goes back after the load, and what was deployed last\.$/, () => '負荷が下がるとメモリも戻るか。最後に何をデプロイしたか。'],
  [/^The task's destinations in these minutes, and the requests it served\.$/, () => 'この時間帯のタスクの宛先と、処理したリクエスト。'],
  [/^Which files the task wrote or read, and whether its log grew\.$/, () => 'タスクがどのファイルを読み書きしたか。ログが増えていないか。'],
  [/^What else changed in the task in these minutes\.$/, () => 'この時間帯にタスクでほかに何が変わったか。'],
  [/^Whether requests still reach the task, and whether its main program still runs\.$/, () => 'リクエストがタスクに届いているか。メインのプログラムは動いているか。'],
  [/^Whether the task still works, and whether what measures it still does\.$/, () => 'タスクは動いているか。計測する側も動いているか。'],
];

export const resourceQuiets: readonly Rule[] = [
  [/^A minute within (.+), or values like this on three days, or in three tasks on two days\.$/, (usual) => `${amount(usual!)} の範囲内のとき。または同じような値が 3 日、もしくは 2 日にわたり 3 タスクで見られたとき。`],
  [/^A fall back to the old level, .+$/, () => '以前の水準まで下がったとき(ガベージコレクション後など)。または増加がこれまでと同じ長さで終わったとき。'],
  [/^Any movement of the value, .+$/, () => '値が動いたとき。または同じ長さの停止が以前にもあったとき。'],
  [/^A value near the siblings' \((.+) in the middle\), or one that this task had before\.$/, (median) => `ほかのタスクに近い値(中央値 ${amount(median!)})のとき。またはこのタスクで以前にもあった値のとき。`],
  [/^A value within (.+), or a second one like this later on\.$/, (usual) => `${amount(usual!)} の範囲内のとき。または同じような値が後でもう一度見られたとき。`],
];
