/** The addresses of the receivers: whether they can be listened on, and who listens there already. */
import { createServer } from 'node:net';
import { listen, placeOf, type Place } from '../../../../sources/firelens/listen.ts';
import { holderOf, type Holder } from './holder.ts';
import { fail, ok, type DoctorCheck } from '../report.ts';

const cures = {
  forward: 'Name another address with FARGAZER_FORWARD, here and in the log router; or end what holds this one.',
  http: 'Name another address with FARGAZER_LOGS_HTTP, here and in the log router; or end what holds this one.',
} as const;

/** Listens for a moment; whoever connects meanwhile is sent away, and nothing is taken from it. */
export async function lookAtReceiver(receiver: keyof typeof cures, address: string, procPath: string): Promise<DoctorCheck> {
  const place = placeOf(receiver, address, true, receiver === 'forward');
  const server = createServer((socket) => socket.destroy());
  try {
    await listen(receiver, server, place);
  } catch (error) {
    const holder = holderOf(place, procPath);
    if (holder?.isSidecar === true) return ok(receiver, `A sidecar (process ${holder.pid}) listens on ${address} already.`);
    return fail(receiver, `${(error as Error).message.replace(/; name another address.*$/, '.')}${heldBy(holder)}`, cures[receiver]);
  }
  await new Promise((resolve) => server.close(resolve));
  return ok(receiver, `${textOf(place)} is free.`);
}

function heldBy(holder: Holder | undefined): string {
  return holder === undefined ? '' : ` It is held by ${holder.name} (process ${holder.pid}).`;
}

function textOf(place: Place): string {
  return 'path' in place ? place.path : `${place.host}, port ${place.port},`;
}
