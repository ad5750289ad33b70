/** Programs and their connections, listening sockets and name look-ups, in Japanese. */
import { amount, span, who } from './measures.ts';
import { originPattern, originSaid, program } from './programs.ts';
import { sayBy, type Rule } from './rule.ts';

const talker = '(`[^`]*`|a program that is not known)';
const rule = (pattern: string, say: Rule[1]): Rule => [new RegExp(pattern), say];

const credentials: Readonly<Record<string, string>> = { "the task role's credentials": 'タスクロールの認証情報', "the machine's credentials": 'ホストの認証情報', "the pod's credentials": 'Pod の認証情報' };

/** `port 443`, `udp port 53`. */
function port(text: string): string {
  return text.replace(/^udp port (\d+)$/, 'UDP $1 番ポート').replace(/^port (\d+)$/, '$1 番ポート');
}

/** `28 ports of 10.0.9.10`, `28 addresses on port 22`. */
const probed: readonly Rule[] = [
  [/^([\d,]+) ports? of the task itself$/, (count) => `タスク自身の ${count} 個のポート`],
  [/^([\d,]+) ports? of (.+)$/, (count, address) => `${address} の ${count} 個のポート`],
  [/^([\d,]+) address(?:es)? on (.+)$/, (count, at) => `${count} 個のアドレスの ${port(at!)}`],
];
const probedSaid = (text: string): string => sayBy(probed, text) ?? text;

/** What makes questions about names a tunnel. */
const questions: readonly Rule[] = [
  [/^([\d,]+) names? of which look like data$/, (count) => `うち ${count} 件はデータを埋め込んだような名前`],
  [/^([\d,]+) questions? of kinds that carry much$/, (count) => `うち ${count} 件は多くのデータを運べる種類の問い合わせ`],
  [/^with ([\d,]+) characters in front of it$/, (count) => `ドメインより前の部分は計 ${count} 文字`],
  [/^with (.+) of questions and answers$/, (size) => `問い合わせと応答は計 ${amount(size!)}`],
  [/^each asked for the first time$/, () => 'いずれも初めての問い合わせ'],
];
const questionsSaid = (text: string): string => sayBy(questions, text) ?? text;

export const connectionTitles: Readonly<Record<string, readonly Rule[]>> = {
  'credential-access': [rule(`^(.+?): ${talker} asked for (.+), which it never did$`, (name, what, of) => `${who(name!)} で ${program(what!)} が初めて${credentials[of!] ?? '認証情報'}を要求しました`)],
  'program-egress': [
    rule(`^(.+?): ${talker} talked to (.+), as only others did$`, (name, what, to) => `${who(name!)} で ${program(what!)} が初めて ${to} と通信しました(これまではほかのプログラムのみ)`),
    rule(`^(.+?): ${talker} talked to (.+), and never .+$`, (name, what, to) => `${who(name!)} で ${program(what!)} が初めてネットワークを使い、${to} と通信しました`),
  ],
  'new-listener': [
    [/^(.+?): ((?:udp )?port \d+) is now open to the network, it was for the task alone$/, (name, at) => `${who(name!)} の ${port(at!)}がネットワークに公開されました(これまではタスク内のみ)`],
    rule(`^(.+?): ${talker} listens on ((?:udp )?port \\d+), which never was listened on$`, (name, what, at) => `${who(name!)} で ${program(what!)} が、これまで使われていない ${port(at!)}で待ち受けています`),
  ],
  beacon: [[/^(.+?) calls (.+) (port \d+) every (.+), as regularly as a clock$/, (name, to, at, time) => `${who(name!)} が ${to}(${port(at!)})に ${span(time!).replace(/間$/, '')}ごとに規則正しく接続しています`]],
  'network-scan': [[/^(.+?) tried (.+) within seconds, none of which it ever used$/, (name, what) => `${who(name!)} が短時間に ${probedSaid(what!)}への接続を試みました(いずれも初めて)`]],
  'dns-tunnel': [[/^(.+?) asked for ([\d,]+) names? under (\S+), (.+)$/, (name, count, domain, why) => `${who(name!)} が ${domain} 配下の名前を ${count} 件問い合わせました(${questionsSaid(why!)})`]],
  'odd-download': [
    rule(`^(.+?) received (\\S+ \\S+) in a minute by ${talker}, at most (.+) before$`, (name, size, what, most) => `${who(name!)} の ${program(what!)} が 1 分間に ${size} を受信しました(これまでは最大 ${most})`),
    [/^(.+?) received (\S+ \S+) in a minute from (.+), at most (.+) before$/, (name, size, from, most) => `${who(name!)} が ${from} から 1 分間に ${size} を受信しました(これまでは最大 ${most})`],
  ],
  'mining-pool': [[/^(.+?) talked to (.+) (port \d+), as miners do$/, (name, to, at) => `${who(name!)} がマイニングプールとみられる ${to}(${port(at!)})と通信しました`]],
};

const never = 'このサービスで通信したことのない宛先です。';
const known: Readonly<Record<string, string>> = {
  'others of this service do ask for them, this one never did': 'このサービスのほかのプログラムは取得していますが、このプログラムが取得したことはありません。',
  'nothing in this service ever asked for them': 'このサービスのどのプログラムも取得したことがありません。',
  'the program is known to talk, though never to there; other programs of the service do': '通信するプログラムとしては既知ですが、この宛先は初めてです。この宛先とはこれまでほかのプログラムだけが通信していました。',
  'the service talks to there, though by other programs; this one never opened a connection that left the task': 'サービスとしては既知の宛先ですが、このプログラムがタスクの外に接続したことはありません。',
  'the program never opened a connection that left the task, and the service never talked to there': `このプログラムがタスクの外に接続したことはなく、${never}`,
  'only other programs of the service talk to there': 'この宛先とはこれまでほかのプログラムだけが通信していました。',
  'the service never talked to there': never,
};
const knownSaid = (text: string): string => known[text] ?? '';

const pools: readonly Rule[] = [
  [/^(.+) is named as mining pools are, and so is its port$/, (pool) => `${pool} はマイニングプールによくある名前で、ポートもマイニングプールのものです。`],
  [/^(.+) is named as mining pools are$/, (pool) => `${pool} はマイニングプールによくある名前です。`],
  [/^port (\d+) is one on which mining pools speak$/, (number) => `${number} 番はマイニングプールが使うポートです。`],
];

export const connectionSummaries: readonly Rule[] = [
  rule(`^A connection to (\\S+), where (.+) are given out, was opened; ${originPattern}; (.+)\\.$`, (address, of, origin, before) =>
    `${credentials[of!] ?? '認証情報'}を配布する ${address} への接続が開かれました。${knownSaid(before!)}${originSaid(origin!)}`),
  rule(`^A connection to (\\S+) (port \\d+) \\((.+?)\\) was (opened|tried and refused); ${originPattern}; (.+)\\.$`, (address, at, peer, done, origin, before) =>
    `${address} の ${port(at!)}(${peer})${done === 'opened' ? 'に接続しました' : 'への接続を試み、拒否されました'}。${knownSaid(before!)}${originSaid(origin!)}`),
  rule(`^A socket at (\\S+) ((?:udp )?port \\d+) listens, (open to the network|within the task alone); ${originPattern}\\. (.+)$`, (address, at, reach, origin, before) =>
    `${address} の ${port(at!)}で待ち受けており、${reach === 'open to the network' ? 'ネットワークから接続できます' : '接続できるのはタスク内だけです'}。${before!.startsWith('Nothing') ? 'このサービスが待ち受けを行ったことはこれまでありません。' : 'このサービスがこのポートで待ち受けたことはこれまでありません。'}${originSaid(origin!)}`),
  rule(`^${talker} opened ([\\d,]+) small connections? to (\\S+) \\((.+?)\\) (port \\d+), the last (\\d+) about (.+?) apart, (.+?) each; ${originPattern}; (.+)\\.$`, (what, count, address, peer, at, last, time, size, origin, before) =>
    `${program(what!)} が ${address}(${peer}、${port(at!)})に小さな接続を ${count} 回開きました。直近 ${last} 回は約 ${span(time!).replace(/間$/, '')}間隔、1 回あたり ${amount(size!)} です。${knownSaid(before!)}${originSaid(origin!)}`),
  rule(`^Within (\\S+ \\S+) (.+?) were tried, the last (.+); (\\d+) refused and (\\d+) answered so far; ${originPattern}\\.$`, (time, what, last, refused, answered, origin) =>
    `${span(time!)}に ${probedSaid(what!)}への接続が試みられました(直近: ${last!.split(', ').map(port).join('、')})。これまでに拒否 ${refused} 件、応答 ${answered} 件です。${originSaid(origin!)}`),
  [
    /^Within (.+?) ([\d,]+) distinct names? under (\S+) were asked for, (.+); the last, of kind (\S+), was (.+)\. The service never asked about that domain, and names can carry data past any filter\.$/,
    (time, count, domain, why, type, last) =>
      `${span(time!)}に ${domain} 配下の異なる名前が ${count} 件問い合わせられました(${questionsSaid(why!)})。このサービスが問い合わせたことのないドメインです。名前にデータを載せれば、どのフィルターも通り抜けられます。直近の問い合わせ(${type}): ${last}`,
  ],
  rule(`^Over ([\\d,]+) times as much came in (from|by) (.+) as in any minute before, lately from (\\S+) (port \\d+); ${originPattern}\\.$`, (times, by, whom, peer, at, origin) =>
    `${program(whom!)} ${by === 'by' ? 'による' : 'からの'}受信量が、これまでの 1 分間の最大の ${times} 倍を超えました。直近の受信元は ${peer}(${port(at!)})です。${originSaid(origin!)}`),
  rule(`^${talker} connected to (\\S+) (port \\d+); (.+), and the service never talked to there; ${originPattern}\\.$`, (what, address, at, pool, origin) =>
    `${program(what!)} が ${address} の ${port(at!)}に接続しました。${sayBy(pools, pool!) ?? ''}${never}${originSaid(origin!)}`),
];

export const connectionLooks: readonly Rule[] = [
  rule(`^Who started ${talker} in (.+), and what the role did since then in CloudTrail\\.$`, (what, place) => `${who(place!)} で ${program(what!)} を起動したのは何か。以後このロールが何を呼び出したか(CloudTrail)。`),
  rule(`^Who started ${talker} in (.+), and what it sent to (.+)\\.$`, (what, place, to) => `${who(place!)} で ${program(what!)} を起動したのは何か。${to} に何を送信したか。`),
  rule(`^Who started ${talker} in (.+), and who connected to ((?:udp )?port \\d+) since\\.$`, (what, place, at) => `${who(place!)} で ${program(what!)} を起動したのは何か。以後 ${port(at!)}に接続したのは誰か。`),
  rule(`^What ${talker} in (.+) is, and which targets answered\\.$`, (what, place) => `${who(place!)} の ${program(what!)} は何か。どの相手が応答したか。`),
  rule(`^What ${talker} in (.+) is, and whether it keeps a processor busy\\.$`, (what, place) => `${who(place!)} の ${program(what!)} は何か。CPU を使い続けていないか。`),
  rule(`^What ${talker} in (.+) is, and what (.+) answers\\.$`, (what, place, peer) => `${who(place!)} の ${program(what!)} は何か。${peer} が何を返しているか。`),
  rule(`^What ${talker} in (.+) did with it: new files, and programs that ran next\\.$`, (what, place) => `${who(place!)} の ${program(what!)} が受信後に何をしたか。新しいファイルと、その後に動いたプログラム。`),
  [/^Which program in (.+) asks about (\S+), and what the first labels decode to\.$/, (place, domain) => `${who(place!)} のどのプログラムが ${domain} を問い合わせているか。先頭のラベルを復号すると何になるか。`],
];
