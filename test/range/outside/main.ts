/** What lies outside the task, one process in a network namespace of its own; asked by its parent over IPC. */
import { execFileSync } from 'node:child_process';
import { clientAddresses, databaseAddress, metadataAddress, nameServerAddress, services, strangers } from '../place.ts';
import { beginClients, burst, clientCounts, closedLoop } from './clients.ts';
import { openMetadata, readersOfCredentials, setContainers, setMetadata } from './metadata.ts';
import { addName, openNameServer, setNameServer, tunnelQuestions, turnName } from './names.ts';
import { callIn, lairReceived, openLair, openServices, refuseDatabase } from './services.ts';

async function open(): Promise<void> {
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  const addresses = [nameServerAddress, databaseAddress, metadataAddress, ...clientAddresses, ...Object.values(services).flat(), ...strangers];
  execFileSync('ip', ['-batch', '-'], { input: addresses.map((address) => `addr add ${address}/32 dev lo\n`).join('') });
  await openServices();
  await openNameServer();
  await openMetadata();
}

/** A whole network answers here. */
function ownNetwork({ network }: { network: string }): void {
  execFileSync('ip', ['route', 'add', 'local', network, 'dev', 'lo']);
}

/** All that the parent may ask. */
const calls = {
  open,
  ownNetwork,
  beginClients,
  burst,
  clientCounts,
  closedLoop,
  setContainers,
  setMetadata,
  readersOfCredentials,
  setNameServer,
  turnName,
  addName,
  tunnelQuestions,
  refuseDatabase,
  openLair,
  lairReceived,
  callIn,
};
export type OutsideCalls = typeof calls;

interface Ask {
  number: number;
  call: keyof OutsideCalls;
  settings: unknown;
}

process.on('message', (message) => {
  const { number, call, settings } = message as Ask;
  const answer = (fields: object): void => void process.send?.({ number, ...fields });
  void (async () => {
    try {
      answer({ value: await (calls[call] as (settings: unknown) => unknown)(settings) });
    } catch (error) {
      answer({ error: String(error) });
    }
  })();
});
process.on('disconnect', () => process.exit(0));
