/** What acts are done to, in Japanese; `{}` is where the name stands, else it follows. */

export const things: Readonly<Record<string, string>> = {
  // Identities, keys, rights.
  'the user': 'ユーザー', 'the role': 'ロール', 'the group': 'グループ', 'the policy': 'ポリシー', 'a policy named': 'ポリシー',
  'a policy to the user': 'ユーザー {} にポリシー', 'a policy to the role': 'ロール {} にポリシー', 'a policy to the group': 'グループ {} にポリシー',
  'a policy into the user': 'ユーザー {} にインラインポリシー', 'a policy into the role': 'ロール {} にインラインポリシー', 'a policy into the group': 'グループ {} にインラインポリシー',
  'administrator rights to the user': 'ユーザー {} に管理者権限', 'administrator rights to the role': 'ロール {} に管理者権限', 'administrator rights to the group': 'グループ {} に管理者権限',
  'administrator rights into the user': 'ユーザー {} に管理者権限', 'administrator rights into the role': 'ロール {} に管理者権限', 'administrator rights into the group': 'グループ {} に管理者権限',
  'administrator rights named': '管理者権限のポリシー', 'to administrator rights the policy': '管理者権限のポリシー',
  'a policy from the user': 'ユーザー {} からポリシー', 'a policy from the role': 'ロール {} からポリシー', 'a policy from the group': 'グループ {} からポリシー',
  'a policy of the user': 'ユーザー {} のポリシー', 'a policy of the role': 'ロール {} のポリシー', 'a policy of the group': 'グループ {} のポリシー',
  'the permissions boundary of the user': 'ユーザー {} のアクセス許可の境界', 'the permissions boundary of the role': 'ロール {} のアクセス許可の境界',
  'the trust of the role': 'ロール {} の信頼ポリシー', 'the identity provider': 'ID プロバイダー', 'the service-linked role': 'サービスにリンクされたロール',
  'a role into an instance profile:': 'インスタンスプロファイル {} にロール', 'rights to the permission set': '許可セット {} に権限', 'a user into the group': 'グループ {} にユーザー',
  'root rights in a member account': 'メンバーアカウント {} のルート権限', 'from another account as the role': '別のアカウントからロール {}',
  'an access key for': '{} のアクセスキー', 'an access key of': '{} のアクセスキー', 'a key to': '{} に SSH キー', 'the key pair': 'キーペア',
  'a console password for': '{} のコンソールパスワード', 'the console password of': '{} のコンソールパスワード', 'its own password': '自分のパスワード', 'the master password of': '{} のマスターパスワード',
  'the second factor of': '{} の MFA デバイス', 'a second factor to': '{} に MFA デバイス', 'a second factor': 'MFA デバイス',
  'the password policy of the account': 'アカウントのパスワードポリシー', 'the password of the root user': 'ルートユーザーのパスワード', 'the address of the root user': 'ルートユーザーのメールアドレス',
  'to the console without a second factor': 'MFA なしでコンソール', 'a console sign-in out of temporary credentials': '一時的な認証情報からコンソールのサインイン',
  'federated credentials that outlive their key, named': 'キーの失効後も有効なフェデレーション認証情報', 'an outside certificate authority as': '外部の認証局',
  'the user of the organisation': '組織のユーザー', 'the group of the organisation': '組織のグループ', 'the list of revoked certificates': '証明書失効リスト',
  'roles to holders of outside certificates, as': '外部証明書の所持者へのロール',
  // Organisations.
  'the account out of its organisation': 'アカウントを組織の外', 'the account into another organisation': 'アカウントを別の組織', 'an account from the organisation:': '組織からアカウント {}',
  'the organisation': '組織', 'an account:': 'アカウント', 'a guard rail of the organisation:': '組織のガードレール', 'guard rails of the organisation': '組織のガードレール',
  'an account into the organisation:': '組織にアカウント {}', 'an account within the organisation:': '組織内でアカウント {}', 'an administrator of the organisation of account': '組織の委任管理者 {}',
  'how the organisation signs in': '組織のサインイン方法',
  // Credentials.
  'the secret': 'シークレット', 'secrets in bulk': '多数のシークレット', 'all secrets': 'すべてのシークレット', 'secret parameters such as': '暗号化されたパラメータ', 'all secret parameters under': '次の階層の暗号化されたパラメータすべて',
  'the start script of the instance': 'インスタンス {} のユーザーデータ', 'the start script of launch template': '起動テンプレート {} のユーザーデータ', 'the report on all credentials': '認証情報レポート',
  'the administrator password of the instance': 'インスタンス {} の管理者パスワード', 'the login of the instance': 'インスタンス {} のログイン情報', 'the private key of all instances': '全インスタンスの秘密鍵',
  'the master password of the database': 'データベース {} のマスターパスワード', 'a login to the database': 'データベース {} のログイン情報', 'temporary credentials out of its key': '自分のキーから一時的な認証情報',
  'the API key': 'API キー', 'the API keys': 'API キー', 'the private key of the certificate': '証明書 {} の秘密鍵', 'a certificate of': '{} の証明書', 'credentials for source code': 'ソースコードの認証情報',
  'the console of the instance': 'インスタンス {} のコンソール出力', 'the screen of the instance': 'インスタンス {} の画面', 'one secret after another, after listing all of them': '一覧表示のあと、シークレットを次々',
  // What watches.
  'the trail': '証跡', 'what is recorded by the trail': '証跡 {} の記録対象', 'what is noticed by the trail': '証跡 {} のインサイト', 'the store of recorded events': 'イベントデータストア', 'the administrator of trails': '証跡の委任管理者', 'the channel of recorded events': 'イベントのチャネル',
  'the flow log': 'フローログ', 'the log of name look-ups': 'DNS クエリログ', 'a rule of the name firewall': 'DNS ファイアウォールのルール', 'the name firewall': 'DNS ファイアウォール', 'the log group': 'ロググループ', 'the log stream': 'ログストリーム',
  'the forwarding of the log group': 'ロググループ {} の転送', 'a metric of the log group': 'ロググループ {} のメトリクスフィルター', 'the destination of logs': 'ログの送信先', 'a delivery of logs': 'ログの配信', 'the keeping of the log group': 'ロググループ {} の保持期間', 'how long lines are kept in the log group': 'ロググループ {} の保持期間', 'the masking in the log group': 'ロググループ {} のマスキング', 'the encryption of the log group': 'ロググループ {} の暗号化',
  'the access log of the bucket': 'バケット {} のアクセスログ', 'the encryption of the bucket': 'バケット {} の暗号化', 'how long things are kept in the bucket': 'バケット {} の保持期間', 'the audit log of the cluster': 'クラスター {} の監査ログ', 'the access log of the load balancer': 'ロードバランサー {} のアクセスログ', 'the activity stream of the database': 'データベース {} のアクティビティストリーム', 'the destination of mail events': 'メールイベントの送信先', 'the log of model calls': 'モデル呼び出しのログ',
  'the event rule': 'イベントルール', 'the event bus': 'イベントバス', 'the archive of events': 'イベントのアーカイブ', 'the metadata endpoint of the instance': 'インスタンス {} のメタデータの保護', 'detailed monitoring of': '{} の詳細モニタリング', 'encryption of new volumes': '新しいボリュームの暗号化', 'the guard rail of models': 'モデルのガードレール', 'the signing of code': 'コード署名', 'the signing of code for the function': '関数 {} のコード署名', 'the collection of inventories': 'インベントリの収集',
  'the detector': 'GuardDuty の検出器', 'findings that match the filter': 'フィルター {} に一致する検出結果', 'a filter of findings': '検出結果のフィルター', 'findings': '検出結果', 'the alarm': 'アラーム', 'the state of the alarm': 'アラーム {} の状態', 'which addresses are trusted by the detector': '検出器の信頼済み IP リスト', 'a list of known threats': '既知の脅威のリスト', 'the watching of member accounts of': '{} のメンバーアカウントの監視', 'the watching by the administrator account': '管理者アカウントによる監視', 'an invitation to be watched': '監視への招待', 'the destination of findings': '検出結果の送信先',
  'the security hub': 'Security Hub', 'standards of the security hub': 'Security Hub の標準', 'an action of the security hub': 'Security Hub のアクション', 'an insight of the security hub': 'Security Hub のインサイト', 'a control of the security hub': 'Security Hub のコントロール',
  'the configuration recorder': 'AWS Config のレコーダー', 'the delivery of configuration records': 'AWS Config の配信', 'the configuration rule': 'AWS Config のルール', 'the conformance pack': 'コンフォーマンスパック', 'the collection of configuration records': 'AWS Config のアグリゲーター', 'the keeping of configuration records': 'AWS Config の保持設定',
  'the analyser of outside access': 'IAM Access Analyzer', 'findings of the analyser of outside access': 'IAM Access Analyzer の検出結果', 'the search for sensitive data': 'Macie', 'the vulnerability scanner': 'Inspector', 'the graph of investigations': 'Detective', 'the protection against floods': 'Shield の保護', 'the help of the flood response': 'Shield の対応チーム支援', 'the lake of security logs': 'Security Lake', 'a source of security logs': 'Security Lake のソース', 'a reader of security logs': 'Security Lake のサブスクライバー', 'the audit manager': 'Audit Manager',
  'the insight rule': 'インサイトルール', 'the metric stream': 'メトリクスストリーム', 'the anomaly detector': '異常検出', 'the web firewall': 'WAF', 'the rules of the web firewall': 'WAF のルール', 'the log of the web firewall': 'WAF のログ', 'a list of addresses of the web firewall': 'WAF の IP リスト', 'the network firewall': 'Network Firewall', 'the policy of the network firewall': 'Network Firewall のポリシー', 'the rules of the network firewall': 'Network Firewall のルール', 'the log of the network firewall': 'Network Firewall のログ',
  // Exposure and networks.
  'the bucket': 'バケット', 'who may use the bucket': 'バケット {} のアクセス許可', 'the access list of the bucket': 'バケット {} の ACL', 'the block on public access of the bucket': 'バケット {} のパブリックアクセスブロック', 'the policy of the bucket': 'バケット {} のポリシー', 'copies of the bucket': 'バケット {} のレプリケーション', 'the block on public images': 'AMI のパブリックアクセスブロック', 'the block on public snapshots': 'スナップショットのパブリックアクセスブロック', 'blocks of the snapshot': 'スナップショット {} のブロック',
  'the snapshot': 'スナップショット', 'the image': 'イメージ', 'the volume': 'ボリューム', 'the volumes': 'ボリューム', 'the instance': 'インスタンス', 'the database snapshot': 'DB スナップショット', 'the database': 'データベース', 'the document': 'ドキュメント', 'the key': 'KMS キー', 'the queue': 'キュー', 'the topic': 'トピック', 'the function': '関数', 'the repository': 'リポジトリ',
  'others call the function': 'ほかから関数 {} の呼び出し', 'everybody call the function': '全員に関数 {} の呼び出し', 'an address of the function': '関数 {} の URL', 'the address of the function': '関数 {} の URL', 'the builds of': '{} のビルド', 'who may reach the database': 'データベース {} への接続許可',
  'the security group': 'セキュリティグループ', 'the web port of the security group': 'セキュリティグループ {} の Web ポート', 'the network rules': 'ネットワーク ACL', 'the network policy': 'ネットワークポリシー', 'a filter of mirrored traffic': 'トラフィックミラーのフィルター', 'a mirror of the traffic of': '{} のトラフィックミラー', 'a target for mirrored traffic': 'トラフィックミラーのターゲット', 'a way to another network from': '{} から別のネットワークへの接続', 'a file server': 'ファイルサーバー', 'a user of the file server': 'ファイルサーバーのユーザー', 'copies of data to elsewhere': '外部へのデータ転送', 'another answer to name look-ups:': 'DNS の転送ルール',
  // Execution and compute.
  'a command on': '{} でコマンド', 'commands on': '{} へのコマンド', 'a command in a container of': '{} のコンテナでコマンド', 'commands in containers of': '{} のコンテナ内コマンド実行', 'a shell on': '{} へのシェル', 'a shell in the console': 'コンソールのシェル', 'a shell in the pod': 'Pod {} のシェル', 'a tunnel to': '{} へのトンネル', 'a tunnel into the pod': 'Pod {} へのトンネル', 'to the pod': 'Pod {} に接続', 'a container of its own into the pod': 'Pod {} にコンテナ', 'a login key to the instance': 'インスタンス {} にログインキー', 'a login key to the serial console of': '{} のシリアルコンソールにログインキー', 'serial consoles of all instances': '全インスタンスのシリアルコンソール', 'the automation': 'オートメーション', 'the command document': 'コマンドドキュメント', 'outside machines in, as': '外部マシンの登録',
  'the code of the function': '関数 {} のコード', 'a layer of code to the function': '関数 {} にレイヤー', 'a layer of code named': 'レイヤー', 'another role to the function': '関数 {} に別のロール', 'another role to the instance': 'インスタンス {} に別のロール', 'code at the edge:': 'エッジのコード', 'the task definition': 'タスク定義', 'a task of': '{} のタスク', 'the notebook': 'ノートブック', 'the job': 'ジョブ', 'the session': 'セッション', 'the stack': 'スタック', 'the build': 'ビルド', 'the project': 'プロジェクト', 'the pipeline': 'パイプライン', 'the state machine': 'ステートマシン', 'the cluster': 'クラスター', 'the job definition': 'ジョブ定義', 'an image to': '{} にイメージ',
  'a command on the cluster': 'クラスター {} でコマンド', 'a way for logins into': '{} へのログイン経路', 'a private way into the network:': 'ネットワーク {} への VPN 接続', 'what runs at the start of notebooks:': 'ノートブック起動時の処理', 'what runs at the start of the notebook': 'ノートブック {} の起動時の処理', 'the development endpoint': '開発エンドポイント', 'a login key to the development endpoint': '開発エンドポイント {} にログインキー', 'the schedule': 'スケジュール', 'an integration of': '{} の統合', 'a stage of': '{} のステージ', 'devices under': '{} のデバイス', 'pods under': '{} の Pod', 'resources be shared in the organisation': '組織内でのリソース共有', 'resources under': '{} のリソース',
  'instances': 'インスタンス', 'instances of type': 'インスタンス(タイプ {})', 'the model': 'モデル', 'the use of models': 'モデルの利用', 'the terms of the model': 'モデル {} の利用規約', 'throughput of the model': 'モデル {} のスループット', 'the model endpoint': 'モデルのエンドポイント', 'a region:': 'リージョン', 'higher limits': '上限の引き上げ', 'the sender': '送信元', 'the sending of mail at large': 'メールの大量送信', 'whether mail is sent': 'メール送信の可否', 'credentials to send mail': 'メール送信の認証情報', 'the limits of text messages': 'SMS の上限', 'a telephone number': '電話番号', 'the fleet': 'フリート', 'a default network': 'デフォルト VPC', 'the launch template': '起動テンプレート', 'the app': 'アプリ',
  // Recovery.
  'the versions of the bucket': 'バケット {} のバージョニング', 'the guard on deleting from the bucket': 'バケット {} の MFA 削除', 'things in the bucket': 'バケット {} のオブジェクト', 'many things from the bucket': 'バケット {} の多数のオブジェクト', 'the lock on the bucket': 'バケット {} のオブジェクトロック', 'the deletion of the key': 'KMS キー {} の削除', 'the material of the key': 'KMS キー {} のキーマテリアル', 'the guard on deleting the database': 'データベース {} の削除保護', 'the backups of the database': 'データベース {} のバックアップ', 'the backup vault': 'バックアップボールト', 'the backup': 'バックアップ', 'the plan of backups': 'バックアッププラン', 'the selection of backups': 'バックアップの対象', 'the lock on the backup vault': 'バックアップボールト {} のロック', 'how long the backup is kept': 'バックアップ {} の保持期間', 'the table': 'テーブル', 'the backup of the table': 'テーブル {} のバックアップ', 'backups of the table': 'テーブル {} のバックアップ', 'the file system': 'ファイルシステム', 'the image repository': 'イメージリポジトリ', 'one object after another from': '{} のオブジェクトを次々',
  // Kubernetes.
  'the service account': 'サービスアカウント', 'a token of the service account': 'サービスアカウント {} のトークン', 'the secrets of namespace': '名前空間 {} のシークレット', 'the secrets of all namespaces': '全名前空間のシークレット', 'the role binding': 'RoleBinding', 'the cluster role binding': 'ClusterRoleBinding', 'the cluster role': 'ClusterRole', 'the certificate': '証明書', 'the gate that sees every change': 'アドミッション Webhook', 'events of the cluster': 'クラスターのイベント', 'a pod of': '{} の Pod', 'who may enter the cluster, in': 'クラスターのアクセス許可', 'a secret into the config map': 'ConfigMap {} にシークレット', 'outside addresses to the service': 'Service {} に外部アドレス', 'the service': 'Service', 'in the name of': '{} ', 'a principal into the cluster:': 'クラスターにプリンシパル {}', 'an access entry of the cluster:': 'クラスターのアクセスエントリ', 'rights in the cluster to': '{} にクラスターの権限', 'a role to pods of': '{} の Pod にロール', 'nodes': 'ノード', 'services': 'Service', 'pods': 'Pod',
};

/** What stands behind the name, said before everything else. */
export const afters: readonly (readonly [RegExp, string])[] = [
  [/^to everybody$/, '誰でもアクセスできるように'],
  [/^to the world( \(port \d+\))?$/, 'インターネット全体に$1 '],
  [/^open to everybody$/, '誰でも引き受けられる形で'],
  [/^open to account (\d+)$/, 'アカウント $1 が引き受けられる形で'],
  [/^to account (\d+)$/, 'アカウント $1 に対して'],
  [/^with everybody$/, '全員に対して'],
  [/^with account (\d+)$/, 'アカウント $1 に'],
  [/^reachable from the internet$/, 'インターネットから到達できるように'],
  [/^into a snapshot$/, 'スナップショットに'],
  [/^to a bucket$/, 'バケットに'],
  [/^elsewhere$/, '別の場所に'],
  [/^as a web site$/, 'ウェブサイトとして'],
  [/^to another region$/, '別のリージョンに'],
  [/^with a key of its own$/, '独自のキーで'],
  [/^without a last snapshot$/, '最終スナップショットなしで'],
  [/^beyond recovery$/, '復旧できない形で'],
  [/^which gives rights to everybody$/, '全員に権限を与える形で'],
  [/^in the namespace of the cluster itself$/, 'kube-system に'],
  [/^on every node$/, '全ノードで'],
  [/^with a role of its choice$/, '任意のロールを付けて'],
  [/^with another role$/, '別のロールで'],
  [/^with another command$/, '別のコマンドで'],
  [/^with other rights$/, '別の権限で'],
  [/^with other orders$/, '別の手順で'],
  [/^with a command that asks for credentials$/, '認証情報を取得するコマンド付きで'],
  [/^to ((?:cluster-)?admin)$/, '$1 に対して'],
  [/^in ([\w-]+)$/, '$1 に'],
];

/** What a pod was given of its host. */
export const powers: Readonly<Record<string, string>> = {
  'all rights on its host': 'ホストの全権限',
  'powers over the kernel': 'カーネルの特権',
  'files of its host': 'ホストのファイル',
  'sight of all processes of its host': 'ホストの全プロセスの参照',
  'the shared memory of its host': 'ホストの共有メモリ',
  'the network of its host': 'ホストのネットワーク',
};
