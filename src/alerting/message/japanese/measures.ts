/** Amounts, spans and names inside sentences, said in Japanese. */

/** `0.2 to 3.1 MB`, `up to 2 MB`, `about 3 %`, `1.2 MB a second`. */
export function amount(text: string): string {
  const said = text.replace(/ (?:a|an) (second|minute|hour|day)\b/g, (_, unit: string) => `/${units[unit] ?? unit}`).replace(/ to (?=\S)/g, '〜').replace(/ bytes?\b/g, ' バイト');
  const bound = /^(up to|about) (.+)$/.exec(said);
  return bound === null ? said : `${bound[1] === 'up to' ? '最大' : '約'} ${bound[2]}`;
}

const units: Readonly<Record<string, string>> = { second: '秒', minute: '分', hour: '時間', day: '日' };

/** `4 days`, `10 min`, `2 h`, `40 s`, `a day`. */
export function span(text: string): string {
  return text
    .replace(/^a day$/, '24 時間')
    .replace(/^([\d,.]+) days?$/, '$1 日間')
    .replace(/^([\d,.]+) (?:h|hours?)$/, '$1 時間')
    .replace(/^([\d,.]+) min$/, '$1 分間')
    .replace(/^([\d,.]+) s$/, '$1 秒間')
    .replace(/^little that is$/, 'わずかな期間');
}

/** How much history: `4 days, 5 tasks`, `908 connections over 2 days and 5 tasks`, `over 3 days and 1 task`. */
export function over(text: string): string {
  const parts = text.split(/, | and | over |^over /).filter((part) => part !== '');
  const said = parts.map((part) =>
    part
      .replace(/^([\d,]+) tasks?(?: or sessions?)?$/, '$1 タスク')
      .replace(/^([\d,]+) connections?$/, '$1 接続')
      .replace(/^([\d,]+) (?:observation|sighting)s?$/, '$1 件')
      .replace(/^(?:[\d,.]+ (?:days?|h|hours?|min|s))$/, (whole) => `過去 ${span(whole)}`),
  );
  // Time first, as one says it.
  return [...said.filter((part) => part.startsWith('過去')), ...said.filter((part) => !part.startsWith('過去'))].join('、');
}

const kinds: readonly [RegExp, string][] = [
  [/^the root user$/i, 'ルートユーザー'],
  [/^an anonymous caller$/i, '匿名の呼び出し元'],
  [/^a caller without a name$/i, '名前のない呼び出し元'],
  [/^user (\S+)$/i, 'ユーザー $1'],
  [/^federated user (\S+)$/i, 'フェデレーションユーザー $1'],
  [/^role (\S+)$/i, 'ロール $1'],
  [/^account (\d{12})$/i, 'アカウント $1'],
  [/^service account (\S+)$/i, 'サービスアカウント $1'],
];

/** `task 82b54886 of checkout (app)`, `user anna`, `checkout (app)`. */
export function who(text: string): string {
  const task = /^(?:task|Task) ([0-9a-zA-Z_-]{1,40})(?: of (.+))?$/.exec(text);
  if (task !== null) return task[2] === undefined ? `タスク ${task[1]}` : `${who(task[2])} のタスク ${task[1]}`;
  const kind = kinds.find(([pattern]) => pattern.test(text));
  if (kind !== undefined) return text.replace(kind[0], kind[1]);
  return text.replace(/ \(([^()]*)\)$/, '($1)');
}

/** `203.0.113.77 port 443`, `x.example udp port 53`, `10.0.7.9 by ping`. */
export function destination(text: string): string {
  return text
    .replace(/ by ping$/, '(ping)')
    .replace(/ (\w+) port (\d+)$/, (_, protocol: string, port: string) => `(${protocol.toUpperCase()} ${port} 番ポート)`)
    .replace(/ port (\d+)$/, '($1 番ポート)');
}
