/** Name look-ups: questions and what was answered to them, or that nothing was. */
import { readDnsMessage } from './dns-message.ts';
import type { Outbox } from './outbox.ts';
import type { Owned } from './owners.ts';
import type { Packet } from './packet.ts';
import { receiverOf, toPortOf } from './endpoints.ts';

interface Question extends Owned {
  name: string;
  type: string;
  timeMs: number;
  queryBytes: number;
  isTold: boolean;
}

export interface NameLookups {
  onPacket(packet: Packet, bytes: Buffer, lengthBytes: number, isFromHere: boolean, nowMs: number): void;
  look(nowMs: number): void;
}

export const namePort = 53;
/** What resolvers wait for by default. */
const answerWithinMs = 5_000;
/** A slow server's answer is told even so. */
const keptMs = 30_000;
const mostAsked = 4_096;

export function watchNameLookups(outbox: Outbox): NameLookups {
  const questions = new Map<string, Question>();
  const tell = (question: Question, responseCode: string, answers: string[], answerBytes: number | undefined, nowMs: number): void =>
    outbox.push({
      kind: 'dns', timeMs: nowMs, queryName: question.name, queryType: question.type, responseCode, answers, queryBytes: question.queryBytes,
      ...(answerBytes !== undefined && { answerBytes }),
    }, question);
  return {
    onPacket(packet, bytes, lengthBytes, isFromHere, nowMs) {
      const message = readDnsMessage(bytes, packet.payloadAt, Math.min(lengthBytes, packet.payloadAt + packet.payloadBytes));
      if (message === undefined) return;
      const isQuestion = toPortOf(packet.key) === namePort && !message.isAnswer;
      const key = `${isQuestion ? packet.key : packet.reversed}${message.id}`;
      const known = questions.get(key);
      if (isQuestion) {
        // Questions of others to a name server in the task are its business; a repeated one is the same.
        if (!isFromHere || (known !== undefined && known.name === message.queryName && known.type === message.queryType)) return;
        if (questions.size >= mostAsked) questions.delete(questions.keys().next().value!);
        const question: Question = {
          name: message.queryName, type: message.queryType, timeMs: nowMs, queryBytes: packet.payloadBytes, isTold: false,
          inode: 0, userId: -1, affinity: `name${receiverOf(packet.key)}`, owner: undefined, isOwn: false,
        };
        questions.delete(key);
        questions.set(key, question);
        outbox.ask(question, 17, packet.key);
        return;
      }
      // Only what was asked for is believed: else whoever sends a packet could give names to addresses.
      if (!message.isAnswer || known === undefined || known.name !== message.queryName || known.type !== message.queryType) return;
      questions.delete(key);
      tell(known, message.responseCode, message.answers, packet.payloadBytes, nowMs);
    },
    look(nowMs) {
      for (const [key, question] of questions) {
        const ageMs = nowMs - question.timeMs;
        if (ageMs < answerWithinMs) break;
        if (!question.isTold) tell(question, 'TIMEOUT', [], undefined, nowMs);
        question.isTold = true;
        if (ageMs >= keptMs) questions.delete(key);
      }
    },
  };
}
