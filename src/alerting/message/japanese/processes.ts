/** What is unusual about processes and files, and where to look first, in Japanese. */
import { over, span, who } from './measures.ts';
import { outputSaid } from './process-titles.ts';
import { processPattern, processSaid, program, user } from './programs.ts';
import { sayBy, type Rule } from './rule.ts';

const kinds: Readonly<Record<string, string>> = {
  'a shell': 'シェル',
  'an interpreter': 'インタープリター',
  'a tool that talks over the network': 'ネットワーク通信ツール',
  'a package manager': 'パッケージマネージャー',
  'a compiler': 'コンパイラー',
  'a tool that packs or encrypts': '圧縮・暗号化ツール',
  'a tool that changes users or acts as another': 'ユーザー管理・切り替えツール',
  'a tool that changes the system': 'システム変更ツール',
  'a debugger': 'デバッガー',
  'a tool to look around with': '環境調査ツール',
  'a tool often used to hide, decode or end things': '隠蔽・復号・強制終了用のツール',
  'an ordinary tool': '一般的なツール',
  'a program': 'プログラム',
};
const kind = (text: string): string => kinds[text] ?? 'プログラム';
const byFile = (text: string): string => (text === '' ? '' : 'ファイルに付与された権限により、');

/** Why a process is told of, behind who it is. */
const reasons: readonly Rule[] = [
  [/^(`[^`]*`) is (.+?) that this service was never seen to run \((.+)\)$/, (what, sort, history) => `${what} は、このサービスで実行されたことのない${kind(sort!)}です(${over(history!)})。`],
  [/^(`[^`]*`) is known here, called with other scripts or text \((.+)\)$/, (what, history) => `${what} 自体は既知ですが、これまでと異なるスクリプトや引数で呼び出されました(${over(history!)})。`],
  [/^the shell is known here, what it was given to run is not \((.+)\)$/, (history) => `シェル自体は既知ですが、実行させた内容は初めてです(${over(history!)})。`],
  [/^(`[^`]*`) \((.+?)\) is known here, started by others \((.+)\)$/, (what, sort, history) => `${what}(${kind(sort!)})自体は既知ですが、これまでは別のプログラムから起動されていました(${over(history!)})。`],
  [/^(`[^`]*`) is known here, run by other users \((.+)\)$/, (what, history) => `${what} 自体は既知ですが、これまでは別のユーザーが実行していました(${over(history!)})。`],
  [
    /^(`[^`]*`) (lies in no file, only in memory|lies in a file that was deleted|lies where anybody may write|is not of the container’s image: .+?)(, and nothing was run from there before)?$/,
    (path, where, isNew) => `${path} ${whereSaid(where!)}。${isNew === '' ? '' : '同じ場所から実行されたことはこれまでありません。'}`,
  ],
  [/^threads of the kernel have no executable, and this one has (`[^`]*`)$/, (path) => `カーネルスレッドは実行ファイルを持ちませんが、このプロセスの実行ファイルは ${path} です。`],
  [/^threads of the kernel have no executable and never live inside a container$/, () => 'カーネルスレッドは実行ファイルを持たず、コンテナの中には存在しません。'],
  [/^programs called (`[^`]*`) do not lie in (`[^`]*`)$/, (name, folder) => `${name} という名前のプログラムは通常 ${folder} には置かれません。`],
  [/^the name is made to be read as (`[^`]*`)$/, (model) => `${model} と見間違えるように付けられた名前です。`],
  [/^its executable is (`[^`]*`) and no (`[^`]*`)$/, (path, model) => `実行ファイルは ${path} で、${model} ではありません。`],
  [/^its file’s name is made so that a list does not show it$/, () => '一覧で目に付かないように付けられたファイル名です。'],
  [/^an agent of AWS Systems Manager stands above it, so it is most likely a person at work$/, () => '親プロセスが AWS Systems Manager のエージェントのため、おそらく担当者の作業です。'],
  [/^its standard streams are the connection with (`[^`]*`): whoever is there gives it commands$/, (peer) => `標準入出力が ${peer} との接続につながっており、接続先からコマンドを実行できる状態です。`],
  [/^its standard streams are (.+?): it runs whatever is written to it$/, (streams) => `標準入出力(${streams})に書き込まれた内容をそのまま実行します。`],
  [/^its terminal was made by a program above it, as is done to use a shell more easily$/, () => '端末は上位のプログラムが作ったものです。シェルを操作しやすくするときの方法です。'],
  [/^somebody sits at its terminal, or a program pretends so$/, () => '誰かが端末を操作しているか、プログラムがそう見せかけています。'],
  [/^it was asked to talk with somebody$/, () => '対話用のオプションが指定されています。'],
  [/^its arguments connect a shell with an address$/, () => '引数でシェルと外部のアドレスがつながれています。'],
  [/^(.+?)(, which no program of this service was seen to do in this way)$/, (gain) => `${sayBy(gains, gain!) ?? ''}このサービスでこのような例はこれまでありません。`],
  [/^(`[^`]*`|its environment) makes it load (`[^`]*`)(, which lies where no library of an image does)?(; no program here was seen with it)?$/, (by, library, isOdd, isNew) =>
    `${by === 'its environment' ? '環境変数' : by} により ${library} が読み込まれます。${isOdd === '' ? '' : 'イメージのライブラリが置かれる場所ではありません。'}${isNew === '' ? '' : 'このサービスで使われたことはこれまでありません。'}`],
  [/^it ended(?: after (.+?))?, and what the service says reaches nobody until it is started again$/, (time) => `${time === '' ? '' : `起動から ${span(time!).replace(/間$/, '')}で`}終了しました。再起動されるまで、このサービスのログはどこにも届きません。`],
  [/^a signal halts it: lines wait and are lost, though the process is there$/, () => 'シグナルで停止しています。プロセスは残っていますが、ログは滞留したあと失われます。'],
  [/^a signal halts it: it is there and does nothing$/, () => 'シグナルで停止しています。プロセスは残っていますが、何も処理していません。'],
  [/^its standard output or error now leads to (.+?), so that its lines are no longer collected$/, (where) => `標準出力または標準エラー出力が${outputSaid(where!)}なり、ログが収集されなくなっています。`],
  [/^(`[^`]*`) is what miners are called or told$/, (word) => `${word} は暗号資産のマイニングプログラムの名前や引数に使われる語です。`],
  [/^it has used most of a processor for (.+?), and the service never ran it$/, (time) => `${span(time!)}にわたり CPU をほぼ占有しています。このサービスで実行されたことはこれまでありません。`],
];

const gains: readonly Rule[] = [
  [/^it acts as root though (.+?) runs it(, by the rights its file bears)?$/, (as, file) => `実行したのは ${user(as!)} ですが、${byFile(file!)}root として動作しています。`],
  [/^it acts as root though its parent is (.+?)(, by the rights its file bears)?$/, (as, file) => `親プロセスは ${user(as!)} ですが、${byFile(file!)}root として動作しています。`],
  [/^it has capabilities its parent lacks \((.+?)\)(, by the rights its file bears)?$/, (rights, file) => `${byFile(file!)}親プロセスにないケーパビリティ(${rights})を持っています。`],
  [/^its file gives it the rights of another user, and (.+?) runs it$/, (as) => `別のユーザーの権限が付与されたファイルを ${user(as!)} が実行しました。`],
  [/^its rights grew without another program being run \((?:now )?(.+)\)$/, (rights) => `別のプログラムを実行せずに権限が増えています(${user(rights!)})。`],
];

function whereSaid(text: string): string {
  if (text.startsWith('lies in no file')) return 'にはファイルがなく、メモリ上だけに存在します';
  if (text.startsWith('lies in a file')) return 'のファイルはすでに削除されています';
  return text.startsWith('lies where') ? 'は誰でも書き込める場所にあります' : 'はコンテナイメージのものではなく、コンテナの起動後に追加または変更されたものです';
}

const concerns: Readonly<Record<string, string>> = {
  'who may log in here': 'ログインできるユーザーを定めるファイル',
  'who may become root': 'root になれるユーザーを定めるファイル',
  'what is run at set times': '定期的に実行する処理を定めるファイル',
  'who may come in by SSH, and as whom': 'SSH で誰がどのユーザーとしてログインできるかを定めるファイル',
  'which libraries every program loads': 'すべてのプログラムが読み込むライブラリを決めるファイル',
  'what runs when a container or shell starts': 'コンテナやシェルの起動時に実行されるファイル',
  credentials: '認証情報のファイル',
  'what happened here': '動作を記録したログファイル',
  'a program that can be run': '実行可能なプログラム',
  'the application’s own code': 'アプリケーション自身のコード',
  'whom programs trust': 'プログラムが信頼する証明書のファイル',
  'where names lead': '名前解決の行き先を定めるファイル',
};
const fileDone: Readonly<Record<string, string>> = {
  read: 'を読み取りました', changed: 'を変更しました', removed: 'を削除しました', emptied: 'を空にしました', created: 'を作成しました', 'put in place': 'をこの場所に移しました',
  'given other permissions': 'のアクセス権を変更しました', 'given a set-user-id or set-group-id bit': 'に setuid または setgid ビットを付けました',
};

/** How one process reaches into another; the sensor does not always know which of both it is. */
function reachSaid(way: string): string {
  return way === 'traces' ? 'をトレースしています' : way.startsWith('holds') ? 'のメモリを開いています' : 'をトレースしているか、そのメモリを開いています';
}

export const processSummaries: readonly Rule[] = [
  // Why it matters first: what is cut has said it.
  [new RegExp(`^${processPattern}; (.+)\\.$`), (what, why) => `${sayBy(reasons, why!) ?? sayBy(gains, why!) ?? ''}${processSaid(what!)}`],
  [
    /^(`[^`]*`|a process that could not be told) (traces|holds open the memory of|traces, or holds open the memory of,) (`[^`]*`) \((.+?), pid (-?\d+)\): it can read what it knows and change what it does(, which was never seen here)?\.$/,
    (by, way, of, as, pid, isNew) =>
      `${program(by!)} が ${of}(${user(as!)}、PID ${pid})${reachSaid(way!)}。秘密情報を読み取り、動作を変えられる状態です。${isNew === '' ? '' : 'このサービスではこれまで見られていません。'}`,
  ],
  [
    /^(`[^`]*`) says (.+?); it was (.+?) by (a program that could not be told|`[^`]*`)(, which was never seen here)?\.$/,
    (path, concern, done, by, isNew) => `${path} は${concerns[concern!] ?? '重要なファイル'}です。${program(by!)} がこれ${fileDone[done!] ?? 'を変更しました'}。${isNew === '' ? '' : 'このサービスではこれまで見られていません。'}`,
  ],
];

export const processLooks: readonly Rule[] = [
  [/^What (`[^`]*`) was asked to do at that moment, and what (`[^`]*`) did next\.$/, (parent, what) => `そのとき ${parent} が何を処理していたか。その後 ${what} が何をしたか。`],
  [/^What else was started at that moment, for its parent could not be known\.$/, () => '同じ時刻にほかに何が起動されたか(親プロセスは分かっていません)。'],
  [/^Where (`[^`]*`) came from, and what started it did just before\.$/, (path) => `${path} はどこから来たか。起動元が直前に何をしたか。`],
  [/^Where (`[^`]*`) came from, and what (`[^`]*`) did just before\.$/, (path, parent) => `${path} はどこから来たか。直前に ${parent} が何をしたか。`],
  [/^What (`[^`]*`|executable the process has) is, and why (?:nothing is known of its parent|(`[^`]*`) started it)\.$/, (path, parent) =>
    `${path!.startsWith('`') ? `${path} は何か` : 'このプロセスの実行ファイルは何か'}。${parent === '' ? '親プロセスが分からないのはなぜか' : `なぜ ${parent} がこれを起動したか`}。`],
  [/^Who asked for the session: (`\w+`) or (`\w+`) in CloudTrail at that minute\.$/, (one, other) => `セッションを開始したのは誰か。CloudTrail でその時刻の ${one} または ${other} を確認。`],
  [/^What made (`[^`]*`) start it, and what the shell ran since\.$/, (parent) => `なぜ ${parent} がこれを起動したか。以後シェルで何が実行されたか。`],
  [/^Which program holds the other end, and what the shell ran since\.$/, () => '相手側をどのプログラムが握っているか。以後シェルで何が実行されたか。'],
  [/^Why (?:it was started|(`[^`]*`) started it), and what ran with these rights since\.$/, (parent) => `${parent === '' ? 'なぜ起動されたか' : `なぜ ${parent} がこれを起動したか`}。以後この権限で何が実行されたか。`],
  [/^Who started (.+), and which secrets (`[^`]*`) holds\.$/, (by, of) => `${program(by!)} を起動したのは何か。${of} がどんな秘密情報を持っているか。`],
  [/^What (`[^`]*`) is, who wrote it, and which other processes have loaded it\.$/, (library) => `${library} は何か、誰が書き込んだか、ほかのどのプロセスが読み込んでいるか。`],
  [/^What (`[^`]*`|the program that read it) sent since, and to whom\.$/, (by) => `${by!.startsWith('`') ? by : '読み取ったプログラム'} が以後何をどこに送信したか。`],
  [/^What stands in (`[^`]*`) now, beside what the image has there\.$/, (path) => `${path} の現在の内容と、イメージの内容との違い。`],
  [/^Which program was started just before, for only another one could do this, and whether lines of (`[^`]*`) still arrive\.$/, (name) => `直前に起動されたプログラム(ほかのプログラムの操作がなければ起こりません)。${name} のログが今も届いているか。`],
  [/^Whom (`[^`]*`) \(pid (-?\d+)\) in (.+) talks to, and who put it there\.$/, (what, pid, place) => `${who(place!)} の ${what}(PID ${pid})がどこと通信しているか。誰が置いたか。`],
];
