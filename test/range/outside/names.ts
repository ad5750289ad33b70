/** The range's name server: names of its own world, slow or failing when it is told to. */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { nameServerAddress, services, tunnelDomain } from '../place.ts';

const ordinary = { delayMs: 0, isFailing: false, isSilent: false };
const mood = { ...ordinary };
/** Which of a service's addresses is answered. */
const turn = new Map<string, number>();
const names = new Map<string, string>();
let tunnelled = 0;

export function setNameServer(change: Partial<typeof mood>): void {
  Object.assign(mood, ordinary, change);
}

/** From now on the name has another of its addresses. */
export function turnName({ name, to }: { name: string; to: number }): void {
  turn.set(name, to);
}

export function addName({ name, address }: { name: string; address: string }): void {
  names.set(name, address);
}

/** How many questions came for the intruder's domain. */
export function tunnelQuestions(): number {
  return tunnelled;
}

function addressOf(name: string): string | undefined {
  const addresses = services[name];
  if (addresses !== undefined) return addresses[(turn.get(name) ?? 0) % addresses.length];
  return names.get(name);
}

/** The answer to one question; codes: 0 no error, 2 server failure, 3 no such name. */
function answerTo(question: Buffer): Buffer | undefined {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0 && at < question.length; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += length + 1;
  }
  const name = labels.join('.');
  const type = question.readUInt16BE(at + 1);
  const end = at + 5;
  const isTunnel = name.endsWith(`.${tunnelDomain}`);
  if (isTunnel) tunnelled += 1;
  const address = isTunnel ? '185.20.7.99' : addressOf(name);
  const code = mood.isFailing ? 2 : address === undefined ? 3 : 0;
  const hasAnswer = code === 0 && type === 1;
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(hasAnswer ? 1 : 0, 6);
  const parts = [head, question.subarray(12, end)];
  if (hasAnswer) parts.push(Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...(address ?? '').split('.').map(Number)]));
  return Buffer.concat(parts);
}

export async function openNameServer(): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('message', (question: Buffer, { address, port }: RemoteInfo) => {
    if (mood.isSilent) return;
    const { delayMs } = mood;
    const answer = answerTo(question);
    if (answer === undefined) return;
    if (delayMs === 0) socket.send(answer, port, address);
    else setTimeout(() => socket.send(answer, port, address), delayMs);
  });
  socket.bind(53, nameServerAddress);
  await once(socket, 'listening');
}
