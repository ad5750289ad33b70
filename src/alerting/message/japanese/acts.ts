/** Calls that change rights, read credentials or switch off what watches, in Japanese. */
import { afters, powers, things } from './act-things.ts';
import { verbs, type Verb } from './act-verbs.ts';
import { span, who } from './measures.ts';
import { sayBy, type Rule } from './rule.ts';

const callers = '(?:(?:user|role|federated user|account|service account) \\S+|the root user|an? (?:anonymous caller|caller without a name)|\\S+)';
const subject = new RegExp(`^(${callers}) (.+)$`, 'i');

/** Told of many calls, or in words of their own. */
const many: readonly Rule[] = [
  [/^was denied (\d+) or more calls within (.+)$/, (count, time) => `が ${span(time!)}に ${count} 回以上、呼び出しを拒否されました`],
  [/^failed to sign in (\d+) or more times within (.+)$/, (count, time) => `が ${span(time!)}に ${count} 回以上、サインインに失敗しました`],
  [/^looked around by (\d+) or more kinds of calls it never made, within (.+)$/, (count, time) => `が ${span(time!)}に初めての参照系 API を ${count} 種類以上呼び出し、環境を調べました`],
  [/^read (\d+) or more credentials it never read before, within (.+)$/, (count, time) => `が ${span(time!)}に、初めての認証情報を ${count} 件以上読み取りました`],
  [/^read (\d+) credentials? within (.+)$/, (count, time) => `が ${span(time!)}に認証情報を ${count} 件読み取りました`],
  [/^called from (.+) with credentials that a machine uses from (.+)$/, (from, home) => `の認証情報(ふだんは ${home} のマシンが使用)が ${from} から使われました`],
  [/^called from (.+), an address outside the cluster$/, (from) => `がクラスター外のアドレス ${from} から呼び出しました`],
  [/^called `(.+)` and was answered$/, (call) => `が \`${call}\` を呼び出し、成功しました`],
  [/^was told by AWS of a key in public hands: that of `(.+)`$/, (name) => `に \`${name}\` のキーが公開されていると AWS が通知しました`],
  [/^let account (\d+) (?:call the function|use the key)(?: (`.+`))?$/, (account, name) => `がアカウント ${account} に ${name} の利用を許可しました`],
  [/^opened the (?:trust of the )?role (`.+`) to (?:everybody|account (\d+))$/, (name, account) => `がロール ${name} を${account === '' ? '誰でも' : `アカウント ${account} から`}引き受けられるようにしました`],
  [/^set deletion after (\d+) days? in the bucket (`.+`)$/, (days, name) => `がバケット ${name} に ${days} 日後の自動削除を設定しました`],
  [/^took root rights in a member account(?: (`.+`))?$/, (account) => `がメンバーアカウント ${account} のルート権限を取得しました`],
  [/^took the account out of its organisation(?: `.*`)?$/, () => 'がアカウントを組織から離脱させました'],
  [/^tried to take the account out of its organisation(?: `.*`)?, (and was denied|which failed)$/, (end) => `がアカウントを組織から離脱させようとして${came(end!)}`],
  [/^took the account into another organisation(?: `.*`)?$/, () => 'がアカウントを別の組織に参加させました'],
];

function came(end: string): string {
  return end === 'which failed' ? '失敗しました' : '拒否されました';
}

/** `deleted the trail `x``, `tried to delete the trail `x`, which failed`. */
function actSaid(rest: string): string | undefined {
  const tried = /^tried to (.+), (and was denied|which failed)$/.exec(rest);
  const said = tried?.[1] ?? rest;
  for (const verb of verbs) {
    const start = tried === null ? verb.past : verb.infinitive;
    if (!said.startsWith(`${start} `) && said !== start) continue;
    const object = objectSaid(said.slice(start.length).trim());
    if (object === undefined) continue;
    const { done, tried: trying } = opening(verb, object.thing);
    return ` が${object.before}${object.thing}${tried === null ? done : `${trying}${came(tried[2] ?? '')}`}`;
  }
  return undefined;
}

/** English opens shells, buckets and ports alike. */
function opening(verb: Verb, thing: string): Pick<Verb, 'done' | 'tried'> {
  if (verb.past !== 'opened') return verb;
  if (/シェル|トンネル|ノートブック|コンソール/.test(thing)) return { done: 'を開きました', tried: 'を開こうとして' };
  return /ポート|グループ|接続/.test(thing) ? verb : { done: 'を公開しました', tried: 'を公開しようとして' };
}

/** `the trail `x` to everybody`: what it was done to, and what is said before it. */
function objectSaid(text: string): { before: string; thing: string } | undefined {
  const whole = things[text];
  if (whole !== undefined) return { before: ' ', thing: named(whole, '') };
  const [, plain = '', name = '', after = ''] = /^([^`]*?)(?: ?(`[^`]*`))?(?: ([^`]+))?$/.exec(text) ?? [];
  const thing = things[plain];
  if (thing !== undefined) return { before: before(after), thing: named(thing, name) };
  // Without a name the end is part of the words: the longest thing that they begin with.
  if (name !== '') return undefined;
  const known = Object.keys(things).filter((words) => text.startsWith(`${words} `)).toSorted((a, b) => b.length - a.length)[0];
  return known === undefined ? undefined : { before: before(text.slice(known.length + 1)), thing: named(things[known] ?? '', '') };
}

function named(thing: string, name: string): string {
  if (thing.includes('{}')) return name === '' ? thing.replace(/\(タイプ \{\}\)|\{\} ?(?:の |に |から |で |へ)?/, '') : thing.replace('{}', name);
  return name === '' ? `${thing}` : `${thing} ${name} `;
}

function before(after: string): string {
  if (after === '') return ' ';
  const given = /^with (.+)$/.exec(after)?.[1]?.split(' and ').map((power) => powers[power]);
  if (given !== undefined && given.every((power) => power !== undefined)) return `、${given.join('と')}を付けて `;
  const found = afters.find(([pattern]) => pattern.test(after));
  return found === undefined ? ' ' : ` ${after.replace(found[0], found[1])}`;
}

/** The title of an act; undefined where its words are not known. */
export function actTitle(title: string): string | undefined {
  const found = subject.exec(title);
  if (found === null) return undefined;
  const [, name = '', rest = ''] = found;
  const whole = sayBy(many, rest);
  const said = whole === undefined ? actSaid(rest) : ` ${whole}`;
  return said === undefined ? undefined : `${who(name)}${said}`;
}

/** What is known of an act whose words are not: who called what, and what came of it. */
export function callTitle(name: string, operation: string, title: string): string {
  const end = / (?:tried to) .*(, and was denied|, which failed)$/.exec(title)?.[1];
  return `${name} が \`${operation}\` を${end === undefined ? '実行しました' : `実行しようとして${came(end.slice(2))}`}`;
}

const grave: Readonly<Record<string, string>> = {
  'it allows to pass any role on': '任意のロールを渡せる内容です',
  'machines with accelerators': 'GPU などのアクセラレーター付き',
  'the trail no longer records who changes what': '証跡が変更操作を記録しなくなります',
  'very large machines': '非常に大きなインスタンス',
  'many at once': '一度に多数',
  'without the events of global services': 'グローバルサービスのイベントを除外',
  'without the proof that its files are untouched': 'ログファイルの整合性検証なし',
  'in one region only': '単一リージョンのみ',
  'more than the account may start': 'アカウントの上限超過',
  'AWS does so with keys that it found in public': '公開されたキーに対する AWS の措置です',
  'its credentials can be read without a token': 'トークンなしで認証情報を読み取れます',
};

const unusual: readonly Rule[] = [
  [/^What .+ usually does is still being learned; this is seldom part of a routine\.$/, () => 'ふだんの動作は学習中ですが、日常的に行われる操作ではありません。'],
  [/^.+ has little history of its own, and this is seldom part of anybody's work\.$/, () => 'この呼び出し元の履歴は少ないものの、日常的に行われる操作ではありません。'],
  [/^.+ has little history of its own, and nobody in the (account|cluster) did this in the (.+) on record\.$/, (whole, time) => `この呼び出し元の履歴は少なく、${whole === 'account' ? 'アカウント' : 'クラスター'}内の誰も、記録のある ${span(time!)}に同じ操作をしていません。`],
  [/^.+ did nothing like it in the (.+) on record\.$/, (time) => `記録のある ${span(time!)}に同じような操作はありません。`],
];

/** Behind the title: ` (`CreateRole` from 192.0.2.1). What makes it grave: …. User …`. */
export function actUnusual(rest: string): string | undefined {
  const found = /^ \((`[^`]+`)(?: from ([^)]+))?\)\. (?:What makes it grave: (.+?)\. )?(.+)$/.exec(rest);
  if (found === null) return undefined;
  const [, call = '', from, reasons, said = ''] = found;
  const why = reasons === undefined ? '' : `特に重大な点: ${reasons.split(', ').map((reason) => grave[reason] ?? reason).join('、')}。`;
  return `操作は ${call}${from === undefined ? ' ' : `、送信元は ${from} `}です。${why}${sayBy(unusual, said) ?? ''}`;
}

export const actLooks: readonly Rule[] = ([
  ['Who holds the password and the second factor of the root user, and whether that person did it.', 'ルートユーザーのパスワードと MFA を持つのは誰か。本人の操作か。'],
  ['Whether the person signed in from that address, and what was called with that session since.', '本人がそのアドレスからサインインしたか。そのセッションで以後何を実行したか。'],
  ['Whether a ticket or a person asked for it, and what the new identity called since.', '依頼やチケットがあるか。新しい ID が以後何を実行したか。'],
  ['Whether the owner of the key knows of it, and from where it was used since.', 'キーの持ち主が把握しているか。以後どこから使われたか。'],
  ['Whether the owner of the password knows of it, and where it was used to sign in since.', 'パスワードの持ち主が把握しているか。以後どこでサインインに使われたか。'],
  ['What the policy allows, and what was called with it since.', 'ポリシーが何を許可するか。以後その権限で何が実行されたか。'],
  ['Whether the account or provider that is trusted now is one of yours.', '新たに信頼されたアカウントやプロバイダーが自組織のものか。'],
  ['Who asked for it, and whether guard rails and trails of the organisation still hold for the account.', '誰の依頼か。組織のガードレールと証跡がこのアカウントでまだ有効か。'],
  ['Whether what was opened holds data that must stay inside, and who read it since.', '公開されたものに社外秘のデータがあるか。以後誰が読み取ったか。'],
  ['What listens behind it, and which flows came in since.', 'その先で何が待ち受けているか。以後どんな通信が入ったか。'],
  ['Which credentials were read, and from where they were used since; change those that matter.', 'どの認証情報が読み取られ、以後どこから使われたか。重要なものは変更してください。'],
  ['Whether it watches again, and what the same caller did right before and after.', '監視が再開されているか。同じ呼び出し元が前後に何をしたか。'],
  ['What code ran, with which role, and what that role called since.', 'どのコードがどのロールで動いたか。そのロールが以後何を呼び出したか。'],
  ['What was started, in which regions, and by whose key.', '何がどのリージョンで、誰のキーで起動されたか。'],
  ['Whether backups or versions are still there, and stop the caller if nobody asked for it.', 'バックアップやバージョンが残っているか。依頼がなければ呼び出し元を止めてください。'],
  ['Where the calls came from, and what the same session did next.', '呼び出しはどこから来たか。同じセッションが次に何をしたか。'],
  ['Which calls were refused, and which of the same session were answered.', 'どの呼び出しが拒否され、同じセッションのどれが成功したか。'],
  ['Who holds the address, and what was called from there.', 'そのアドレスは誰のものか。そこから何が呼び出されたか。'],
  ['Which binding gives rights to callers without a name.', 'どのバインディングが匿名の呼び出し元に権限を与えているか。'],
  ['Whom the rights were given to, and what they did with them since.', '権限が誰に与えられ、以後何に使われたか。'],
  ['Which image it runs, who asked for it, and what it mounts of the host.', 'どのイメージを動かしているか、誰の依頼か、ホストの何をマウントしているか。'],
  ['Which command ran in the pod, and what its service account may do.', 'Pod でどのコマンドが実行されたか。そのサービスアカウントに何ができるか。'],
] as const).map(([english, japanese]): Rule => [new RegExp(`^${english.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`), () => japanese]);

export const actQuiets: readonly Rule[] = [
  [/^The same calls? (refused )?by .+ on 3 days, or during a teaching, or a person who accepts it into the baseline(;.*|\.)$/, (refused) => `同じ呼び出し${refused === '' ? '' : 'の拒否'}が 3 日見られたとき、学習期間中に見られたとき、または担当者がベースラインに受け入れたとき。`],
];
