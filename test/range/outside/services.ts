/** Servers outside the task: what the application calls, its database, and an intruder's machines. */
import { once } from 'node:events';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { databaseAddress, databasePort, servicePort, services } from '../place.ts';

/** Answers HTTP requests as far as the application needs it: reads the body, sends `size` bytes (asked by `?size=N`), closes. */
function httpLike(socket: Socket): void {
  let head = '';
  let wanted = -1;
  let had = 0;
  socket.on('data', (part: Buffer) => {
    if (wanted >= 0) had += part.length;
    else {
      head += part.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      wanted = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      had = head.length - end - 4;
    }
    if (had < wanted) return;
    const sizeBytes = Number(/[?&]size=(\d+)/.exec(head)?.[1] ?? 120);
    socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${sizeBytes}\r\nConnection: close\r\n\r\n`), Buffer.alloc(sizeBytes, 'y')]));
  });
  socket.on('error', () => socket.destroy());
}

async function listening(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

const databaseSockets = new Set<Socket>();
let isDatabaseRefusing = false;
let database: Server;

async function openDatabase(): Promise<void> {
  database = createServer((socket) => {
    databaseSockets.add(socket);
    socket.on('close', () => databaseSockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (part: Buffer) => {
      for (const _ of part.toString('latin1').matchAll(/\n/g)) socket.write(`${'row '.repeat(20 + Math.floor(Math.random() * 200))}\n`);
    });
  });
  await listening(database, databasePort, databaseAddress);
}

export async function openServices(): Promise<void> {
  for (const address of Object.values(services).flat()) await listening(createServer(httpLike), servicePort, address);
  await openDatabase();
}

/** The database refuses for a time: its connections end and its port is closed. */
export async function refuseDatabase({ forMs }: { forMs: number }): Promise<void> {
  if (isDatabaseRefusing) return;
  isDatabaseRefusing = true;
  database.close();
  for (const socket of databaseSockets) socket.destroy();
  setTimeout(() => {
    isDatabaseRefusing = false;
    openDatabase().catch(() => undefined);
  }, forMs);
}

interface Lair {
  server: Server;
  received: number;
  connections: number;
  beginning: string;
}

const lairs = new Map<string, Lair>();

/** An intruder's server. It says `greeting` to who connects (after each `everyMs`), or serves `body` to HTTP requests, and keeps count. */
export async function openLair({ address, port, greeting, body }: { address: string; port: number; greeting?: string; body?: string }): Promise<void> {
  const lair: Lair = { server: createServer(), received: 0, connections: 0, beginning: '' };
  lair.server.on('connection', (socket: Socket) => {
    lair.connections += 1;
    socket.on('error', () => socket.destroy());
    if (greeting !== undefined) setTimeout(() => socket.write(greeting), 100);
    socket.on('data', (part: Buffer) => {
      lair.received += part.length;
      if (lair.beginning.length < 4_000) lair.beginning += part.toString('latin1');
      if (body !== undefined && lair.beginning.includes('\r\n\r\n')) socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
    });
  });
  lairs.set(`${address}:${port}`, lair);
  await listening(lair.server, port, address);
}

export function lairReceived({ address, port }: { address: string; port: number }): { bytes: number; connections: number; beginning: string } {
  const { received, connections, beginning } = lairs.get(`${address}:${port}`) ?? { received: 0, connections: 0, beginning: '' };
  return { bytes: received, connections, beginning };
}

/** Connects into the task and says something; answers with what came back within a second. */
export async function callIn({ address, port, words }: { address: string; port: number; words: string }): Promise<string> {
  const socket = connect(port, address);
  let heard = '';
  socket.on('data', (part: Buffer) => (heard += part.toString('latin1')));
  socket.on('error', (error) => (heard += `! ${error.message}`));
  socket.write(words);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  socket.destroy();
  return heard;
}
