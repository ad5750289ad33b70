/** Services that take the picture of the evidence as a file: each passes the picture contract. */
import { discord } from '../../src/alerting/sinks/discord/index.ts';
import { mattermost } from '../../src/alerting/sinks/mattermost/index.ts';
import { slack } from '../../src/alerting/sinks/slack/index.ts';
import { telegram } from '../../src/alerting/sinks/telegram/index.ts';
import { runPictureContract } from './picture-contract.ts';
import { discordPath, openDiscord } from './stand-ins/discord.ts';
import { isForm, type SentFile } from './stand-ins/form.ts';
import { mattermostChannel, mattermostToken, openMattermostApi } from './stand-ins/mattermost-api.ts';
import { openSlack, slackToken } from './stand-ins/slack.ts';
import { openTelegram, telegramChat, telegramToken } from './stand-ins/telegram.ts';

const near = { allowPrivate: true, timeoutMs: 1_000 };

runPictureContract([
  {
    name: 'discord',
    async open(reader, clock) {
      const { service, arrived, complaints, files } = await openDiscord();
      const notifier = discord({ url: `${service.origin}${discordPath}`, ...reader, ...near }, { clock });
      return { notifier, service, arrived: () => [...arrived], complaints: () => complaints, shown: () => [...files.values()].flat() };
    },
    isUpload: isForm,
    isOne: true,
    refusals: [
      { title: '413', fault: { status: 413, body: '{"message":"Request entity too large","code":40005}' } },
      { title: '403', fault: { status: 403, body: '{"message":"Missing Permissions","code":50013}' } },
      { title: '400', fault: { status: 400, body: '{"message":"Invalid Form Body","code":50035}' } },
    ],
    whenOver: 'is taken away',
    second: 'replaces',
  },
  {
    name: 'slack',
    way: 'with a bot token',
    async open(reader, clock) {
      const { service, arrived, complaints, shared } = await openSlack();
      const notifier = slack({ token: slackToken, channel: '#alerts', apiUrl: `${service.origin}/api`, ...reader, ...near }, { clock });
      return { notifier, service, arrived: () => [...arrived], complaints: () => complaints, shown: () => shared.map(({ file }) => file) };
    },
    isUpload: ({ path }) => path.startsWith('/api/files.') || path.startsWith('/upload/'),
    isOne: false,
    refusals: [
      { title: 'a token without files:write', fault: { status: 200, body: '{"ok":false,"error":"missing_scope","needed":"files:write","provided":"chat:write"}' } },
      { title: '413', fault: { status: 413, body: '' } },
      { title: 'an answer without an address', fault: { status: 200, body: '{"ok":true}' } },
      { title: 'an address that is none', fault: { status: 200, body: '{"ok":true,"upload_url":"nowhere","file_id":"F1"}' } },
      { title: "an address that is the machine's own", fault: { status: 200, body: '{"ok":true,"upload_url":"http://169.254.169.254/latest/meta-data/","file_id":"F1"}' } },
    ],
    hasBlocks: true,
    whenOver: 'stays',
    second: 'is added',
  },
  {
    name: 'telegram',
    async open(reader, clock) {
      const { service, arrived, complaints, photos } = await openTelegram();
      const notifier = telegram({ token: telegramToken, chatId: telegramChat, apiUrl: service.origin, ...reader, ...near }, { clock });
      return { notifier, service, arrived: () => [...arrived], complaints: () => complaints, shown: () => [...photos.values()] };
    },
    isUpload: isForm,
    isOne: true,
    refusals: [
      { title: '413', fault: { status: 413, body: '{"ok":false,"error_code":413,"description":"Request Entity Too Large"}' } },
      { title: 'a group without photographs', fault: { status: 400, body: '{"ok":false,"error_code":400,"description":"Bad Request: not enough rights to send photos to the chat"}' } },
      { title: 'a picture that is none', fault: { status: 400, body: '{"ok":false,"error_code":400,"description":"Bad Request: IMAGE_PROCESS_FAILED"}' } },
    ],
    whenOver: 'stays',
    second: 'replaces',
    ground: 'dark',
  },
  {
    name: 'mattermost',
    way: 'with the token of a bot',
    async open(reader, clock) {
      const { service, arrived, complaints, posts, files } = await openMattermostApi();
      const notifier = mattermost({ url: service.origin, token: mattermostToken, channel: mattermostChannel, ...reader, ...near }, { clock });
      const shown = (): SentFile[] => [...posts.values()].flatMap(({ fileIds }) => fileIds.map((id) => files.get(id)!));
      return { notifier, service, arrived: () => [...arrived], complaints: () => complaints, shown };
    },
    isUpload: ({ path }) => path === '/api/v4/files',
    isOne: false,
    refusals: [
      { title: '413', fault: { status: 413, body: '{"id":"api.file.upload_file.too_large.app_error","status_code":413}' } },
      { title: 'a bot that may not upload', fault: { status: 403, body: '{"id":"api.context.permissions.app_error","status_code":403}' } },
      { title: 'a server without files', fault: { status: 501, body: '{"id":"api.file.attachments.disabled.app_error","status_code":501}' } },
      { title: 'an answer without an id', fault: { status: 201, body: '{"file_infos":[]}' } },
    ],
    whenOver: 'is taken away',
    second: 'replaces',
  },
]);
