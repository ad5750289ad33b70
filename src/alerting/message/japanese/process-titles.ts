/** Titles of detectors of processes and files, in Japanese. */
import { who } from './measures.ts';
import { program, user } from './programs.ts';
import type { Rule } from './rule.ts';

const places: Readonly<Record<string, string>> = {
  'a program that lies in memory alone': 'メモリ上だけに存在するプログラム',
  'a program whose file was deleted': '削除済みファイルのプログラム',
  'a program from a place that anybody may write': '誰でも書き込める場所にあるプログラム',
  'a script from a place that anybody may write': '誰でも書き込める場所にあるスクリプト',
  'a program that came after the container began': 'コンテナの起動後に追加または変更されたプログラム',
};

const outputs: Readonly<Record<string, string>> = {
  nothing: '破棄されるように', 'a file': 'ファイルに書かれるように', 'a connection': 'ネットワーク接続に送られるように', 'another pipe': '別のパイプに送られるように', 'a terminal': '端末に送られるように',
};

/** What becomes of output, before a form of なる. */
export function outputSaid(where: string): string {
  return outputs[where] ?? '別の先に送られるように';
}

const fileDone: Readonly<Record<string, string>> = { changed: '変更されました', removed: '削除されました', emptied: '空にされました' };
const rights = (text: string): string => (text === 'rights' ? '新たな権限' : `権限 ${text} `);

export const processTitles: Readonly<Record<string, readonly Rule[]>> = {
  'new-program': [
    [/^(.+?) started (.+), a program it never ran$/, (name, what) => `${who(name!)} が初めてのプログラム ${what} を起動しました`],
    [/^(.+?) opened (.+), a program it never ran$/, (name, what) => `${who(name!)} が初めてのプログラム ${what} を実行のために開きました`],
    [/^(.+?) started (.+) in a way it never did$/, (name, what) => `${who(name!)} が ${what} をこれまでにない方法で起動しました`],
    [/^(.+?) gave a shell (.+) to run, which it never did$/, (name, words) => `${who(name!)} がシェルに初めて ${words} を実行させました`],
    [/^(.+?) started (.+) from (.+), which never started it$/, (name, what, from) => `${who(name!)} で ${what} が初めて ${from} から起動されました`],
    [/^(.+?) started (.+) as (.+), which it never did$/, (name, what, as) => `${who(name!)} が ${what} を初めて ${user(as!)} として起動しました`],
  ],
  'program-origin': [[/^(.+?) ran (.+), (an? (?:program|script) [^,]+)$/, (name, what, place) => `${who(name!)} が${places[place!] ?? 'イメージにないプログラム'} ${what} を実行しました`]],
  masquerade: [
    [/^(.+?) has a process that calls itself (.+), like a thread of the kernel$/, (name, claimed) => `${who(name!)} にカーネルスレッド ${claimed} を装うプロセスがあります`],
    [/^(.+?) has a process that calls itself (.+), which it is not$/, (name, claimed) => `${who(name!)} に ${claimed} を装うプロセスがあります`],
    [/^(.+?) has a process that calls itself (.+)$/, (name, claimed) => `${who(name!)} に ${claimed} を名乗る不審なプロセスがあります`],
  ],
  'interactive-shell': [
    [/^(.+?) has a session of ECS Exec at (.+)$/, (name, shell) => `${who(name!)} で ECS Exec のセッションが開かれました(${shell})`],
    [/^(.+?) has (.+) led over the connection with (.+)$/, (name, shell, peer) => `${who(name!)} の ${shell} が ${peer} との接続を通じて操作されています`],
    [/^(.+?) has (.+) take its commands from a pipe$/, (name, shell) => `${who(name!)} の ${shell} がパイプからコマンドを受け取っています`],
    [/^(.+?) has (.+) at a terminal that a program inside made$/, (name, shell) => `${who(name!)} の ${shell} が、内部のプログラムが作った端末で動いています`],
    [/^(.+?) has (.+) at a terminal$/, (name, shell) => `${who(name!)} の ${shell} が端末で動いています`],
    [/^(.+?) started (.+) to be used by hand$/, (name, shell) => `${who(name!)} が ${shell} を対話モードで起動しました`],
    [/^(.+?) started (.+) with text that joins a shell with the network$/, (name, shell) => `${who(name!)} がシェルをネットワークにつなぐ引数で ${shell} を起動しました`],
  ],
  'privilege-gain': [
    [/^(.+?) ran (.+), which became root$/, (name, what) => `${who(name!)} が実行した ${what} が root になりました`],
    [/^(.+?) ran (.+), which gained (.+)$/, (name, what, gained) => `${who(name!)} が実行した ${what} が${rights(gained!)}を得ました`],
    [/^(.+?) ran (.+) to act as another user$/, (name, what) => `${who(name!)} が別のユーザーとして動作するため ${what} を実行しました`],
    [/^(.+?) has (.+) become root while it ran$/, (name, what) => `${who(name!)} の ${what} が実行中に root になりました`],
    [/^(.+?) has (.+) gain (.+) while it ran$/, (name, what, gained) => `${who(name!)} の ${what} が実行中に${rights(gained!)}を得ました`],
  ],
  'process-injection': [[/^(.+?) has (.+) reach into (.+)$/, (name, by, into) => `${who(name!)} で ${program(by!)} が ${into} に介入しています`]],
  preload: [[/^(.+?) started (.+) with (.+) forced into it$/, (name, what, library) => `${who(name!)} が ${library} を強制的に読み込ませて ${what} を起動しました`]],
  'sensitive-file': [
    [/^(.+?) had its own code changed: (.+)$/, (name, path) => `${who(name!)} のアプリケーションコード ${path} が変更されました`],
    [/^(.+?) had (.+?) read by (.+), which it never was$/, (name, path, by) => `${who(name!)} で ${path} が初めて ${by} に読み取られました`],
    [/^(.+?) had (.+?) read, which it never was$/, (name, path) => `${who(name!)} で ${path} が初めて読み取られました`],
    [/^(.+?) had (.+?) (changed|removed|emptied) by (.+)$/, (name, path, done, by) => `${who(name!)} で ${path} が ${by} によって${fileDone[done!]}`],
    [/^(.+?) had (.+) (changed|removed|emptied)$/, (name, path, done) => `${who(name!)} で ${path} が${fileDone[done!]}`],
    [/^(.+?) has a new set-user-id program (.+)$/, (name, path) => `${who(name!)} に setuid 付きの新しいプログラム ${path} が置かれました`],
    [/^(.+?) has a new program (.+)$/, (name, path) => `${who(name!)} に新しいプログラム ${path} が置かれました`],
  ],
  'muted-logs': [
    [/^(.+?) lost its log router (.+)$/, (name, what) => `${who(name!)} のログルーター ${what} が終了しました`],
    [/^(.+?) has its log router (.+) halted by a signal$/, (name, what) => `${who(name!)} のログルーター ${what} がシグナルで停止しています`],
    [/^(.+?) has (.+) halted by a signal$/, (name, what) => `${who(name!)} の ${what} がシグナルで停止しています`],
    [
      /^(.+?) has the output of (its log router )?(.+) led to (nothing|a file|a connection|another pipe|a terminal)$/,
      (name, router, what, where) => `${who(name!)} の${router === '' ? '' : 'ログルーター'} ${what} の出力が${outputSaid(where!)}なりました`,
    ],
  ],
  'crypto-miner': [
    [/^(.+?): (`[^`]*`) is told to mine$/, (name, what) => `${who(name!)} で ${what} がマイニングを指示されています`],
    [/^(.+?): (`[^`]*`), never run before, keeps a processor busy$/, (name, what) => `${who(name!)} で初めてのプログラム ${what} が CPU を使い続けています`],
  ],
};
