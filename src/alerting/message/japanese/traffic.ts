/** Egress volume and new destinations, in Japanese. */
import { amount, destination, over, span, who } from './measures.ts';
import { sayBy, type Rule } from './rule.ts';

export const trafficTitles: readonly Rule[] = [
  [/^(.+) sent (\S+ \S+) in a minute to (.+), which it never sent to$/, (name, sent, to) => `${who(name!)} が初めての宛先 ${to} に 1 分間で ${sent} を送信しました`],
  [/^(.+) sent (\S+ \S+) in a minute to (.+), which got at most (.+) before$/, (name, sent, to, most) => `${who(name!)} が ${to} に 1 分間で ${sent} を送信しました(この宛先にはこれまで最大 ${most})`],
  [/^(.+) sent (\S+ \S+) in a minute, usually (.+)$/, (name, sent, usual) => `${who(name!)} が 1 分間に ${sent} を送信しました(通常は ${amount(usual!)})`],
  [/^(.+) sent (\S+ \S+) to (.+), which it never sent to$/, (name, sent, to) => `${who(name!)} が初めての宛先 ${to} に ${sent} を送信しました`],
  [
    /^(.+) sent (\S+ \S+) over (a day|\d+ hours?)(, a little at a time)?, usually (.+) a day$/,
    (name, sent, time, slowly, usual) => `${who(name!)} が ${span(time!)}で${slowly === '' ? '' : '少しずつ'}計 ${sent} を送信しました(通常は 1 日 ${amount(usual!)})`,
  ],
  [
    /^(.+) (tried|talked to) (over )?(\d+) destinations it never used, the last (.+)$/,
    (name, verb, isMore, count, last) => `${who(name!)} が初めての宛先 ${count} 件${isMore === '' ? '' : '以上'}${verb === 'tried' ? 'に接続を試みました' : 'と通信しました'}(直近: ${destination(last!)})`,
  ],
  [/^(.+) tried to reach (.+), which it never used, and was refused$/, (name, to) => `${who(name!)} が初めての宛先 ${destination(to!)} への接続を試み、拒否されました`],
  [/^(.+) sent (\S+ \S+) to (.+), which it never used$/, (name, sent, to) => `${who(name!)} が初めての宛先 ${destination(to!)} に ${sent} を送信しました`],
  [/^(.+) talked to (.+), which it never used$/, (name, to) => `${who(name!)} が初めての宛先 ${destination(to!)} と通信しました`],
];

/** Who got what was sent. */
const receivers: readonly Rule[] = [
  [/^who got it is not known\.$/i, () => '宛先は分かりません。'],
  [/^all of it went to (.+), which the service never sent to\.$/i, (to) => `すべてが ${to} 宛てで、このサービスにとって初めての宛先です。`],
  [/^all of it went to (.+)\.$/i, (to) => `宛先はすべて ${to} です。`],
  [/^(\d+ %) of it went to (.+), which the service never sent to\.$/i, (share, to) => `その ${share} は ${to} 宛てで、このサービスにとって初めての宛先です。`],
  [/^(\d+ %) of it went to (.+)\.$/i, (share, to) => `その ${share} は ${to} 宛てです。`],
  [/^the largest part, (.+?), went to (.+), which the service never sent to\.$/i, (sent, to) => `最も多いのは初めての宛先 ${to} への ${sent} です。`],
  [/^the largest part, (.+?), went to (.+)\.$/i, (sent, to) => `最も多いのは ${to} への ${sent} です。`],
];
const receiver = (text: string): string => sayBy(receivers, text) ?? '';

const namesSaid: readonly Rule[] = [
  [/^no name was looked up for it$/, () => '名前解決の記録はありません。'],
  [/^(.+) was looked up for (.+)$/, (name, address) => `${address} は ${name} の名前解決で得られたアドレスです。`],
  [/^the flow log names it a cloud service \((.+)\)$/, (address) => `フローログではクラウドのサービスとされています(${address})。`],
  [/^whether a name was looked up cannot be known, .+$/, () => '名前解決の有無はこの記録からは分かりません。'],
];
const newSaid: readonly Rule[] = [
  [/^(.+) is new( to it and its neighbours)?, and so is the port$/, (place, wide) => `${network(place!)}もポートも初めてです${around(wide!)}`],
  [/^(.+) is new( to it and its neighbours)?, the port is not$/, (place, wide) => `${network(place!)}は初めてで、ポートは使用したことがあります${around(wide!)}`],
  [/^(.+) is known on other ports, and this port with others$/, (place) => `${network(place!)}は別のポートで、このポートは別の宛先で使用したことがあります`],
  [/^(.+) is known, though on other ports; this one is new$/, (place) => `${network(place!)}は別のポートで使用したことがあり、このポートは初めてです`],
];
const network = (place: string): string => (place === 'the network' ? 'ネットワーク' : `${place} `);
const around = (wide: string): string => (wide === '' ? '' : '(近隣のサービスでも初めて)');

const exchanges: readonly Rule[] = [
  [/^The connection was told as it opened$/, () => '接続が開かれた時点の通知です。'],
  [/^The attempt was refused, so nothing was exchanged$/, () => '接続は拒否され、データのやり取りはありません。'],
  [/^At first sight it exchanged nothing that was counted$/, () => 'やり取りしたデータ量は記録されていません。'],
  [/^At first sight it sent (.+) and received (.+)$/, (sent, received) => `最初の観測で ${sent} を送信、${received} を受信しました。`],
  [/^At first sight it sent (.+)$/, (sent) => `最初の観測で ${sent} を送信しました。`],
  [/^At first sight it received (.+)$/, (received) => `最初の観測で ${received} を受信しました。`],
];
const togethers: readonly Rule[] = [
  [/^ In the same half hour (\d+) others were new, lately (.+)\.$/, (count, listed) => `同じ 30 分間に、ほかにも ${count} 件の新しい宛先がありました(直近: ${listed})。`],
  [/^ In the same half hour (.+) (?:was|were) new\.$/, (listed) => `同じ 30 分間に ${listed} も新しい宛先でした。`],
];

export const trafficSummaries: readonly Rule[] = [
  [
    /^A task of .+? sent \S+ \S+ in a minute; a task of it usually sends (.+?) \((.+?)\)\. (.+)$/,
    (usual, history, rest) => `1 タスクの送信量は通常 1 分間に ${amount(usual!)} です(${over(history!)})。${receiver(rest!)}`,
  ],
  [
    /^A task of .+? sent \S+ \S+ in a minute to .+, which no task of it ever sent to \((.+?)\); as much as that is usual in sum, but not to there\.$/,
    (history) => `この宛先に送信したタスクはこれまでありません(${over(history!)})。総量は通常の範囲ですが、宛先が異なります。`,
  ],
  [
    /^A task of .+? sent \S+ \S+ in a minute to .+, over ([\d,]+) times the most that ever went there \((.+?)\); as much as that is usual in sum, but not to there\.$/,
    (times, history) => `この宛先へのこれまでの最大の ${times} 倍を超えています(${over(history!)})。総量は通常の範囲ですが、宛先が異なります。`,
  ],
  [
    /^A task of .+? sent \S+ \S+ over .+?, never more than (.+?) in a minute; a task of it usually sends (.+?) a day \((.+?)\)\. Of the last .+?: (.+)$/,
    (peak, usual, history, rest) => `通常は 1 日に ${amount(usual!)} です(${over(history!)})。1 分間の最大は ${peak} でした。${receiver(rest!)}`,
  ],
  [
    /^(The attempt was refused, so nothing was exchanged|The connection was told as it opened|At first sight it .+?); (.+?); (.+) \(([^()]+)\)\.( In the same half hour .+)?$/,
    (exchange, name, novelty, history, together) =>
      `${sayBy(exchanges, exchange!) ?? ''}${sayBy(newSaid, novelty!) ?? '初めての宛先です'}(${over(history!)})。${sayBy(namesSaid, name!) ?? ''}${sayBy(togethers, together!) ?? ''}`,
  ],
];

export const trafficLooks: readonly Rule[] = [
  [/^Which program in (.+?) sent it, and what is at (.+); whether its siblings send as much\.$/, (name, to) => `${who(name!)} のどのプログラムが送信したか、${to} は何か。ほかのタスクも同じように送信しているか。`],
  [/^Which program in (.+) sent it; whether its siblings send as much\.$/, (name) => `${who(name!)} のどのプログラムが送信したか。ほかのタスクも同じように送信しているか。`],
  [/^Which program in (.+) goes through so many destinations, and which of them answered\.$/, (name) => `${who(name!)} のどのプログラムが多数の宛先に接続しているか、応答したのはどれか。`],
  [/^Which program in (.+) tried, and whether it found another way out\.$/, (name) => `${who(name!)} のどのプログラムが接続を試みたか。別の経路で外に出ていないか。`],
  [/^Which program in (.+) opened the connection, and what started it\.$/, (name) => `${who(name!)} のどのプログラムが接続したか、そのプログラムは何から起動されたか。`],
];

export const trafficQuiets: readonly Rule[] = [
  [/^At most (.+?) in a minute to there, or .+$/, (high) => `この宛先への送信が 1 分間に ${high} 以下のとき。または同じような送信が 3 日見られたとき、設定で宛先を許可したとき。`],
  [/^At most (.+?) in a minute at this hour, or minutes like this on three days, or in three tasks on two days\.$/, (high) => `この時間帯の送信量が 1 分間に ${high} 以下のとき。または同じような送信が 3 日、もしくは 2 日にわたり 3 タスクで見られたとき。`],
  [/^Less than (.+?) in a minute to there, or .+$/, (floor) => `この宛先への送信が 1 分間に ${floor} 未満のとき。または同じような送信が 3 日見られたとき、設定で宛先を許可したとき。`],
  [/^At most (.+?) in 24 hours, or .+$/, (high) => `24 時間の送信量が ${high} 以下のとき。または同じような日が 3 回、もしくは 2 日にわたり 3 タスクで見られたとき。`],
  [/^Such connections on three days, or .+$/, () => '同じような接続が 3 日、もしくは 2 日にわたり 3 タスクで見られたとき。または設定でアドレスや名前を許可したとき。'],
];
