/** What Telegram's answers mean: `ok: false` is a failure whatever the status says, and why stands in words alone. */
import { SinkError, type Clock } from '#contract';
import { boundedWaitMs, failureOf, type Answer } from '../../http/failure.ts';
import { jsonObject, objectIn } from '../../http/json-answer.ts';

/** The message shows already what it is to show: a repeat. */
const unchanged = /message is not modified/i;
/** The message to be changed is gone, or too old to be changed. */
const lost = /message to edit not found|message can't be edited|MESSAGE_ID_INVALID|message_id_invalid/i;
/** It became a photograph, whose text is a caption. */
const photograph = /there is no text in the message to edit/i;
const unknownChat = /chat not found|not enough rights|CHAT_WRITE_FORBIDDEN|bot was (?:kicked|blocked)|bot is not a member|message thread not found|TOPIC_CLOSED/i;

/** The failure inside an answer of the Bot API; undefined for success, and where the status says enough. */
export function telegramFailure(answer: Answer, host: string, clock: Clock): SinkError | undefined {
  const found = jsonObject(answer.text);
  const isOk = answer.status >= 200 && answer.status < 300;
  if (typeof found?.['ok'] !== 'boolean') return isOk ? new SinkError('answer-unreadable', `${host} answered something that is not of Telegram's Bot API.`, true) : undefined;
  if (found['ok']) return undefined;
  const why = typeof found['description'] === 'string' ? found['description'] : '';
  const status = typeof found['error_code'] === 'number' ? found['error_code'] : answer.status;
  const parameters = objectIn(found, 'parameters');
  if (status === 429) {
    const waitMs = typeof parameters?.['retry_after'] === 'number' ? boundedWaitMs(parameters['retry_after'] * 1_000) : undefined;
    return waitMs === undefined ? failureOf({ ...answer, status }, host, clock) : new SinkError('rate-limited', `${host} answered 429: too many messages; it is asked again later.`, true, waitMs);
  }
  if (unchanged.test(why)) return new SinkError('unchanged', `${host} answered that the message is as it should be.`, false);
  if (photograph.test(why)) return new SinkError('no-text', `${host} answered that the message to change is a photograph.`, false);
  if (lost.test(why)) return new SinkError('message-lost', `${host} answered that the message to change is not there any more.`, false);
  if (typeof parameters?.['migrate_to_chat_id'] === 'number') return new SinkError('gone', `${host} answered that the group became a supergroup; set chatId to "${parameters['migrate_to_chat_id']}".`, false);
  if (unknownChat.test(why)) return new SinkError('denied', `${host} answered ${status}: the bot may not write to this chat or topic; check chatId and topicId, and that the bot is a member with the right to write.`, false);
  return isOk ? (failureOf({ ...answer, status }, host, clock) ?? new SinkError('rejected', `${host} answered ok: false.`, false)) : undefined;
}
