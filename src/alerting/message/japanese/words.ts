/** The words of Japanese messages. */
import type { Alert } from '#contract';
import { duration, number } from '../../text.ts';
import { isUnnamed, shortInstance, shortName, subjectsOf } from '../english.ts';
import { moment } from '../moment.ts';
import { severityWord } from '../severity.ts';
import type { Words } from '../words.ts';
import { actLooks, actQuiets, actTitle, actUnusual, callTitle } from './acts.ts';
import { connectionLooks, connectionSummaries, connectionTitles } from './connections.ts';
import { habitQuiets } from './habits.ts';
import { lineLooks, lineQuiets, lineSummaries, lineTitles } from './lines.ts';
import { amount, over, who } from './measures.ts';
import { processTitles } from './process-titles.ts';
import { processLooks, processSummaries } from './processes.ts';
import { resourceLooks, resourceQuiets, resourceSummaries, resourceTitles } from './resources.ts';
import { sayBy, type Rule } from './rule.ts';
import { spaced } from './spacing.ts';
import { trafficLooks, trafficQuiets, trafficSummaries, trafficTitles } from './traffic.ts';

/** Titles that a detector cut at their end fit no pattern; then what it looks at is said, and the English words follow. */
const detectorTitles: Readonly<Record<string, string>> = {
  'egress-volume': 'の送信量が通常と大きく異なります',
  'new-destination': 'が初めての宛先と通信しました',
  'resource-usage': 'のリソース使用量が通常と異なります',
  'log-novelty': 'が初めての種類のログを出力しました',
  'log-rate': 'のログの量が通常と異なります',
  'new-program': 'が初めてのプログラムを起動しました',
  'program-origin': 'がイメージにないプログラムを実行しました',
  masquerade: 'に別のプログラムを装うプロセスがあります',
  'interactive-shell': 'のシェルが外部から操作されている可能性があります',
  'privilege-gain': 'のプログラムが新たな権限を得ました',
  'process-injection': 'で別のプロセスへの介入がありました',
  preload: 'がライブラリを強制的に読み込ませてプログラムを起動しました',
  'sensitive-file': 'で重要なファイルが変更または読み取られました',
  'muted-logs': 'のログが届かなくなるおそれがあります',
  'credential-access': 'で初めてのプログラムが認証情報を要求しました',
  'program-egress': 'で初めてのプログラムがネットワークを使いました',
  'new-listener': 'が初めてのポートで待ち受けています',
  beacon: 'が同じ宛先に規則正しく接続しています',
  'network-scan': 'が多数のポートまたはアドレスへの接続を試みました',
  'dns-tunnel': 'が初めてのドメインの名前を多数問い合わせました',
  'odd-download': 'がこれまでになく多くのデータを受信しました',
  'crypto-miner': 'でマイニングとみられるプログラムが動いています',
  'mining-pool': 'がマイニングプールとみられる宛先と通信しました',
};

const titleRules: Readonly<Record<string, readonly Rule[]>> = {
  'egress-volume': trafficTitles, 'new-destination': trafficTitles, 'resource-usage': resourceTitles, 'log-novelty': lineTitles, 'log-rate': lineTitles,
  ...processTitles, ...connectionTitles,
};
const summaries: readonly Rule[] = [...trafficSummaries, ...lineSummaries, ...resourceSummaries, ...processSummaries, ...connectionSummaries];
const looks: readonly Rule[] = [...trafficLooks, ...lineLooks, ...resourceLooks, ...actLooks, ...processLooks, ...connectionLooks];
const quiets: readonly Rule[] = [...trafficQuiets, ...resourceQuiets, ...actQuiets, ...habitQuiets];

/** What happened; in English where nothing of it is known. */
function title(alert: Alert): string {
  return spaced(titleWords(alert));
}

function titleWords(alert: Alert): string {
  const { detector, title: english, entity, evidence } = alert;
  if (detector === 'privilege-change') {
    const caller = subjectsOf(alert)[0] ?? entity.name;
    return actTitle(english) ?? callTitle(who(caller), String(evidence.observed), english);
  }
  const said = sayBy(titleRules[detector] ?? [], english);
  if (said !== undefined) return said;
  const what = detectorTitles[detector];
  return what === undefined ? english : `${who(nameOf(alert))} ${what}`;
}

function nameOf({ entity: { name, container } }: Alert): string {
  return container === '' || container === name ? name : `${name} (${container})`;
}

function unusual(alert: Alert): string {
  const { detector, title: english, summary } = alert;
  if (detector === 'privilege-change' && summary.toLowerCase().startsWith(english.toLowerCase())) {
    return orEnglish(actUnusual(summary.slice(english.length)), summary);
  }
  return orEnglish(sayBy(summaries, summary), summary);
}

function orEnglish(said: string | undefined, english: string): string {
  return said === undefined ? english : spaced(said);
}

function whom({ entity, title: english }: Alert): string {
  const { kind, name, container, instance, cluster, account, region } = entity;
  const called = shortName(name);
  const isTask = /^[0-9a-f]{32}$/.test(instance);
  const parts = [
    english.includes(called) || isUnnamed(name) ? '' : `${kindWords[kind] ?? kind} ${called}`,
    container === '' || container === name || english.includes(`(${container})`) ? '' : `コンテナ ${container}`,
    instance === '' ? '' : `${isTask ? 'タスク' : 'インスタンス'} ${shortInstance(instance)}`,
    cluster === '' ? '' : `クラスター ${cluster}`,
    account === '' ? '' : `アカウント ${account}`,
    region,
  ];
  return parts.filter((part) => part !== '').join('、');
}

const kindWords: Readonly<Record<string, string>> = {
  service: 'サービス', family: 'タスク定義', cluster: 'クラスター', principal: 'プリンシパル', account: 'アカウント', workload: 'ワークロード', namespace: '名前空間', interface: 'インターフェイス', host: 'ホスト', stream: 'ストリーム',
};

/** The title without its first words, where they are the entity's name. */
function step(alert: Alert, before: Alert): string {
  const said = title(alert);
  if (before.entity.name !== alert.entity.name) return said;
  const subject = subjectsOf(alert).map((name) => spaced(who(name))).find((name) => said.startsWith(`${name} `) || said.startsWith(`${name}が`));
  return subject === undefined ? said : said.slice(subject.length).replace(/^ ?[がのでに] ?/, '');
}

const histories: readonly Rule[] = [
  [
    /^Judged against (.+?) since (.+?)(, of the whole that contains it, for it has too little history of its own)?\.( Still learning\.)?$/,
    (history, since, whole, learning) => `${since} からの履歴と比較(${over(history!)})。${whole === '' ? '' : 'この主体自身の履歴が少ないため、それを含む全体と比べています。'}${learning === '' ? '' : '学習中です。'}`,
  ],
  [/^Needs no history: .+$/, () => '履歴によらず判定しています。'],
  [/^Nothing of this kind was seen while the service was learned\.$/, () => '学習中にこの種類のものは見られませんでした。'],
  [/^Still learning: nothing of this kind was seen before\.$/, () => '学習中です。この種類のものはこれまで見られていません。'],
];
const deployments: readonly Rule[] = [[/^Revision (\S+) was first seen at (.+)$/, (revision, at) => `リビジョン ${revision} が ${at} に初めて現れました`]];

/** `40 min` as `40 分`. */
function lasting(ms: number): string {
  return duration(ms).replace(/ min$/, ' 分').replace(/ hours$/, ' 時間').replace(/ days$/, ' 日').replace(/ s$/, ' 秒').replace(/ years$/, ' 年');
}

export const japanese: Words = {
  testMark: '[テスト] ',
  labels: { look: 'まず確認', story: '経緯', when: '発生', whom: '対象', history: '判断の根拠', quiet: '通知されない条件', attack: 'ATT&CK', ids: 'インシデント', count: 'ほか', deployment: 'デプロイ' },
  title,
  unusual,
  lookFirst: ({ explanation }) => orEnglish(sayBy(looks, explanation.lookFirst), explanation.lookFirst),
  deployment: ({ explanation }) => (explanation.deployment === undefined ? undefined : (sayBy(deployments, explanation.deployment) ?? explanation.deployment)),
  history: ({ explanation }) => orEnglish(sayBy(histories, explanation.history), explanation.history),
  // New lines and new destinations are told in the same words, of which only the detector tells them apart.
  quiet: ({ detector, explanation }) => orEnglish(sayBy(detector.startsWith('log-') ? lineQuiets : quiets, explanation.quiet), explanation.quiet),
  whom,
  step,
  story: (steps, left) => {
    const told = steps.map(({ time, text, times }) => `${time} ${text}${times > 1 ? `（${number(times)} 回）` : ''}`).join(' → ');
    return left === 0 ? told : `${told}。ほか ${number(left)} 件`;
  },
  over: (said) => `[解消] ${said}`,
  still: (said) => `[継続中] ${said}`,
  lasted: (ms, alertCount, isOver) => {
    const time = ms >= 120_000 ? `${lasting(ms)}${isOver ? 'で解消' : '間'}` : '';
    return [time, alertCount > 1 ? `アラート ${number(alertCount)} 件` : ''].filter((part) => part !== '').join('、');
  },
  others: (titles, left) => [...titles, ...(left > 0 ? [`さらに ${number(left)} 件のインシデント`] : [])].join(' / '),
  digestTitle: (count, since) => `${since} 以降に保留したアラート ${number(count)} 件のまとめ`,
  digestNames: (byName) => byName.map(([name, count]) => `${name} ${number(count)} 件`).join('、'),
  digestLook: '`fargazer alerts list` で 1 件ずつ確認できます。失われたアラートはありません。',
  bySeverity: (counts) => counts.map(([severity, count]) => `${severityWord(severity, 'ja')} ${number(count)} 件`).join('、'),
  recent: (ms) => `直近 ${lasting(ms)}`,
  pictured: (caption, values, usual) => `${caption}: ${amount(values)}${usual === '' ? '' : `（通常は ${amount(usual)}）`}`,
  testTitle: 'fargazer からの通知が届くことを確認しました',
  testText: 'これはテストです。何も起きていません。対応は不要です。',
  nothing: 'fargazer からアラートのない通知が送られました',
  when: moment,
  pause: '',
};
