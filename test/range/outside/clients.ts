/** Clients of the application: a steady stream, bursts, and a closed loop for measuring. */
import { get } from 'node:http';
import { applicationPort, clientAddresses, taskAddress } from '../place.ts';

let served = 0;
let failed = 0;

function request(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const localAddress = clientAddresses[Math.floor(Math.random() * clientAddresses.length)];
    const sent = get({ host: taskAddress, port: applicationPort, path, localAddress, timeout: 10_000, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve((response.statusCode ?? 500) < 500));
    });
    sent.once('timeout', () => sent.destroy());
    sent.once('error', () => resolve(false));
  });
}

async function count(path: string): Promise<void> {
  if (await request(path)) served += 1;
  else failed += 1;
}

function anyPath(): string {
  return Math.random() < 0.2 ? '/checkout' : `/product/${Math.floor(Math.random() * 300)}`;
}

/** As many requests a second, until the process ends. */
export function beginClients({ perSecond }: { perSecond: number }): void {
  setInterval(() => void count(anyPath()), 1_000 / perSecond);
}

/** Requests at once, in tens. */
export async function burst({ requests }: { requests: number }): Promise<void> {
  for (let sent = 0; sent < requests; sent += 10) await Promise.all(Array.from({ length: Math.min(10, requests - sent) }, () => count(anyPath())));
}

export function clientCounts(): { served: number; failed: number } {
  return { served, failed };
}

/** A closed loop: each of some clients asks again as soon as it was answered. Requests answered, and milliseconds of each. */
export async function closedLoop({ clients, forMs, path }: { clients: number; forMs: number; path: string }): Promise<{ answered: number; tookMs: number[] }> {
  const tookMs: number[] = [];
  const endMs = performance.now() + forMs;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < endMs) {
        const beganMs = performance.now();
        if (await request(path)) tookMs.push(performance.now() - beganMs);
      }
    }),
  );
  return { answered: tookMs.length, tookMs };
}
