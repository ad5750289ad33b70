/** What callers did: the English verbs of acts, each with its Japanese as done and as tried. */

export interface Verb {
  /** `switched off`, as titles tell what came off. */
  past: string;
  /** `switch off`, behind `tried to`. */
  infinitive: string;
  /** With its particle: `を無効にしました`. */
  done: string;
  /** Before what came of it: `を無効にしようとして`. */
  tried: string;
}

/** Verbs that are a noun with する. */
const nouns: readonly [past: string, infinitive: string, noun: string][] = [
  ['created', 'create', 'を作成'], ['deleted', 'delete', 'を削除'], ['changed', 'change', 'を変更'], ['added', 'add', 'を追加'],
  ['called', 'call', 'を実行'], ['started', 'start', 'を起動'], ['bought', 'buy', 'を購入'], ['agreed to', 'agree to', 'に同意'],
  ['asked for', 'ask for', 'を要求'], ['got', 'get', 'を取得'], ['listed', 'list', 'を一覧表示'], ['brought in', 'bring in', 'をインポート'],
  ['issued', 'issue', 'を発行'], ['declined', 'decline', 'を拒否'], ['put away', 'put away', 'をアーカイブ'], ['registered', 'register', 'を登録'],
  ['pushed', 'push', 'を送信'], ['ran', 'run', 'を実行'], ['set up', 'set up', 'を設定'], ['replaced', 'replace', 'を置換'],
  ['published', 'publish', 'を公開'], ['scheduled', 'schedule', 'を予約'], ['shared', 'share', 'を共有'], ['copied', 'copy', 'をコピー'],
  ['exported', 'export', 'をエクスポート'], ['reset', 'reset', 'をリセット'], ['set', 'set', 'を設定'], ['renamed', 'rename', 'の名前を変更'],
  ['removed', 'remove', 'を削除'], ['disconnected', 'disconnect', 'を切断'], ['attached', 'attach', 'をアタッチ'], ['encrypted', 'encrypt', 'を暗号化'],
  ['trusted', 'trust', 'を信頼先に追加'], ['detached', 'detach', 'をデタッチ'], ['invited', 'invite', 'を招待'], ['moved', 'move', 'を移動'],
  ['approved', 'approve', 'を承認'], ['opened', 'open', 'を開放'], ['silenced', 'silence', 'を抑制'], ['shortened', 'shorten', 'を短縮'],
  ['weakened', 'weaken', 'を弱体化'], ['forced', 'force', 'を強制変更'], ['closed', 'close', 'を閉鎖'], ['reached through', 'reach through', 'を経由して接続'],
  ['switched on', 'switch on', 'を有効化'], ['switched off', 'switch off', 'を無効化'], ['signed in', 'sign in', 'にサインイン'],
];

/** The others. */
const others: readonly Verb[] = [
  { past: 'read', infinitive: 'read', done: 'を読み取りました', tried: 'を読み取ろうとして' },
  { past: 'marked', infinitive: 'mark', done: 'に印を付けました', tried: 'に印を付けようとして' },
  { past: 'gave', infinitive: 'give', done: 'を与えました', tried: 'を与えようとして' },
  { past: 'wrote', infinitive: 'write', done: 'を書き込みました', tried: 'を書き込もうとして' },
  { past: 'rewrote', infinitive: 'rewrite', done: 'を書き換えました', tried: 'を書き換えようとして' },
  { past: 'let', infinitive: 'let', done: 'を許可しました', tried: 'を許可しようとして' },
  { past: 'took away', infinitive: 'take away', done: 'を外しました', tried: 'を外そうとして' },
  { past: 'made', infinitive: 'make', done: 'を作りました', tried: 'を作ろうとして' },
  { past: 'put', infinitive: 'put', done: 'を追加しました', tried: 'を追加しようとして' },
  { past: 'narrowed', infinitive: 'narrow', done: 'を狭めました', tried: 'を狭めようとして' },
  { past: 'took', infinitive: 'take', done: 'を移しました', tried: 'を移そうとして' },
  { past: 'acted', infinitive: 'act', done: 'として操作しました', tried: 'として操作しようとして' },
  { past: 'came in', infinitive: 'come in', done: 'を引き受けました', tried: 'を引き受けようとして' },
];

/** The longest first, so that `put away` is not `put`. */
export const verbs: readonly Verb[] = [
  ...others,
  ...nouns.map(([past, infinitive, noun]) => ({ past, infinitive, done: `${noun}しました`, tried: `${noun}しようとして` })),
].toSorted((a, b) => b.past.length - a.past.length);
