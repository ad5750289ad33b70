/** New kinds of log lines and unusual numbers of lines, in Japanese. */
import { over, span, who } from './measures.ts';
import { sayBy, type Rule } from './rule.ts';

export const lineTitles: readonly Rule[] = [
  [/^Since revision (\S*) (.+) wrote a kind of line it never wrote: (`.*)$/, (revision, name, line) => `${who(name!)} がリビジョン ${revision} から初めての種類のログを出力しています: ${line}`],
  [/^Since revision (\S*) (.+) wrote (\d+) kinds of lines it never wrote: (`.*)$/, (revision, name, count, line) => `${who(name!)} がリビジョン ${revision} から初めての種類のログを ${count} 種類出力しています: ${line}`],
  [/^(.+) wrote again a kind of line that is new to it: (`.*)$/, (name, line) => `${who(name!)} が最近現れたばかりの種類のログを再び出力しました: ${line}`],
  [/^(.+) wrote a kind of line it never wrote before: (`.*)$/, (name, line) => `${who(name!)} が初めての種類のログを出力しました: ${line}`],
  [/^(.+) wrote (\d+) kinds of lines it never wrote before: (`.*)$/, (name, count, line) => `${who(name!)} が初めての種類のログを ${count} 種類出力しました: ${line}`],
  [/^(.+) fell silent$/, (name) => `${who(name!)} のログが途絶えました`],
  [/^(.+) writes far fewer lines than usual$/, (name) => `${who(name!)} のログが通常より大幅に減っています`],
  [/^(.+) wrote ([\d,]+) lines? of one kind in a minute: (`.*)$/, (name, count, line) => `${who(name!)} が同じ種類のログを 1 分間に ${count} 行出力しました: ${line}`],
  [/^(.+) wrote ([\d,]+) lines? in a minute$/, (name, count) => `${who(name!)} が 1 分間に ${count} 行のログを出力しました`],
  [/^(.+) wrote ([\d,]+) errors? in a minute$/, (name, count) => `${who(name!)} が 1 分間に ${count} 件のエラーを出力しました`],
  [/^(.+) stopped writing a line of every minute: (`.*)$/, (name, line) => `${who(name!)} が毎分出力していたログが止まりました: ${line}`],
];

/** What the words of a line tell. */
const tells: Readonly<Record<string, string>> = {
  'a program fetched and run': 'プログラムの取得と実行',
  'hidden commands made readable': '隠されたコマンドの復号',
  'a shell opened to the outside': '外部に向けたシェル',
  'a lookup smuggled into a message': 'メッセージに埋め込まれた参照(JNDI など)',
  'a mining pool': 'マイニングプール',
  'files that hold accounts': 'アカウント情報のファイル',
  'files that hold credentials': '認証情報のファイル',
  'memory used wrongly': '不正なメモリアクセス',
  'an attack, in its own words': '攻撃を示す言葉',
  'input that attacks use': '攻撃に使われる入力',
  'watching switched off': '監視の停止',
  'accounts or rights changed': 'アカウントや権限の変更',
  'a shell': 'シェル',
  'logins that failed': 'ログインの失敗',
  'a login': 'ログイン',
  'rights that were missing': '権限の不足',
  'memory that ran out': 'メモリ不足',
  'resources that ran out': 'リソースの枯渇',
  'a certificate that was not trusted': '信頼されない証明書',
};
const told = (text: string): string => (text === '' ? '' : `${tells[text] ?? text}を示す内容です。`);

const before: readonly Rule[] = [
  [/^(?:it is|they are) not among the ([\d,]+) kinds? of its ([\d,]+) known lines? \((.+)\)$/, (kinds, lines, history) => `これまでの ${lines} 行・${kinds} 種類にはありません(${over(history!)})。`],
  [
    /^it was met ([\d,]+) times? since (.+?) and is not usual yet among the ([\d,]+) kinds? of its ([\d,]+) known lines? \((.+)\)$/,
    (times, since, kinds, lines, history) => `${since} から ${times} 回現れましたが、これまでの ${lines} 行・${kinds} 種類の中ではまだ通常とは言えません(${over(history!)})。`,
  ],
];

const did: readonly Rule[] = [
  [/^wrote no line for (.+), though other lines of its feed arrived$/, (time) => `${span(time!)}何も出力していません。同じ経路のほかのログは届いています。`],
  [/^wrote ([\d,]+) lines? in the last of (.+) with too few$/, (count, time) => `少ない状態が ${span(time!)}続き、直近の 1 分は ${count} 行でした。`],
  [/^wrote ([\d,]+) lines? in one minute, most of them (`.*`)$/, (_, line) => `最も多いのは ${line} です。`],
  [/^wrote ([\d,]+) lines? in one minute$/, () => ''],
  [/^wrote ([\d,]+) severe lines? \(ERROR and above\) in one minute$/, () => 'ERROR 以上の行を数えています。'],
  [/^wrote (`.*`) ([\d,]+) times? in one minute, which tells of (.+)$/, (line, _, of) => `内容: ${line}。${told(of!)}`],
  [/^wrote (`.*`) ([\d,]+) times? in one minute$/, (line) => `内容: ${line}。`],
  [/^went on to write, but not (`.*`), for (.+)$/, (line, time) => `ほかのログは続いていますが、${line} だけが ${span(time!)}ありません。`],
];

export const lineSummaries: readonly Rule[] = [
  [/^The line (`[^`]*`) was seen; (.+?)\.(?: It tells of (.+)\.)?$/, (line, known, of) => `内容: ${line}。${told(of!)}${sayBy(before, known!) ?? ''}`],
  [
    /^(\d+) new kinds of lines were seen, the first (`[^`]*`), the latest (`[^`]*`); (.+?)\.(?: (?:It|The latest) tells of (.+)\.)?$/,
    (_, first, latest, known, of) => `最初は ${first}、直近は ${latest}。${told(of!)}${sayBy(before, known!) ?? ''}`,
  ],
  [
    /^(Task \w+|.+?) ((?:wrote|went on).*); usually ([\d,]+(?: to [\d,]+)?) a minute \((over .+)\)\.$/,
    (_, done, usual, history) => `通常は 1 分間に ${usual!.replace(' to ', '〜')} 行です(${over(history!)})。${sayBy(did, done!) ?? ''}`,
  ],
];

export const lineLooks: readonly Rule[] = [
  [/^Whether revision (\S*) was meant to write these lines; the first came at (.+)\.$/, (revision, at) => `リビジョン ${revision} で意図した出力か。最初の行は ${at}。`],
  [/^What (.+) began to do in the minutes before (.+): these lines have no single cause\.$/, (name, at) => `${who(name!)} が ${at} の直前に何を始めたか。原因は一つではないようです。`],
  [/^Who or what made (.+) write this at (.+): the line tells of (.+)\.$/, (name, at, of) => `${at} に ${who(name!)} がなぜこれを出力したか(${tells[of!] ?? of})。`],
  [/^What (.+) did at (.+) that it does not do otherwise\.$/, (name, at) => `${at} に ${who(name!)} がふだんと違う何をしたか。`],
  [/^The lines of (.+) around (.+), above all the stack trace or the cause that follows\.$/, (name, at) => `${who(name!)} の ${at} 前後のログ。特に続くスタックトレースと原因。`],
  [/^Whether (.+) still works, and what it wrote last before (.+)\.$/, (name, at) => `${who(name!)} は動いているか。${at} より前の最後のログは何か。`],
  [/^Whether (.+) still gets work since (.+), and what it waits for\.$/, (name, at) => `${who(name!)} に ${at} 以降も処理が来ているか。何を待っているか。`],
  [/^Which kinds of lines of (.+) grew at (.+), and who called it then\.$/, (name, at) => `${at} に ${who(name!)} のどのログが増えたか。そのとき誰が呼び出したか。`],
  [/^The errors of (.+) at (.+), and what they call\.$/, (name, at) => `${who(name!)} の ${at} のエラーと、その呼び出し先。`],
  [/^What made (.+) write this so often at (.+): its callers and what it calls\.$/, (name, at) => `${at} に ${who(name!)} がこれを何度も出力した理由。呼び出し元と呼び出し先。`],
  [/^Where these lines of (.+) at (.+) come from: addresses and names in them\.$/, (name, at) => `${who(name!)} の ${at} のログに含まれるアドレスや名前。`],
  [/^What (.+) did in the minute of the last such line, and whether the work it tells of still goes on\.$/, (name) => `${who(name!)} が最後にこのログを出力したときの動作と、その処理が続いているか。`],
];

export const lineQuiets: readonly Rule[] = [
  [/^Such lines on three days, or .+$/, () => '同じ種類のログが 3 日、もしくは 2 日にわたり 3 タスクで見られたとき。または設定の `ignoreLines` に加えたとき。'],
  [/^Between ([\d,]+) and ([\d,]+) (?:errors|such lines) a minute, or as many on three days\.$/, (low, high) => `1 分間に ${low}〜${high} 行のとき。または同じ行数が 3 日見られたとき。`],
  [/^Between ([\d,]+) (?:errors|such lines) a minute, or as many on three days\.$/, (usual) => `1 分間に ${usual} 行のとき。または同じ行数が 3 日見られたとき。`],
];
