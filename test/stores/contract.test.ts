/** Every store passes the contract. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SyncStore } from '#contract';
import { embedded } from '../../src/stores/embedded/index.ts';
import { memory } from '../../src/stores/memory/index.ts';
import { storeContract, type StoreCase } from './contract.ts';

const folders = new WeakMap<SyncStore, string>();

function embeddedIn(folder: string): SyncStore {
  const store = embedded(folder);
  folders.set(store, folder);
  return store;
}

const stores: StoreCase[] = [
  { name: 'memory', make: () => memory() },
  {
    name: 'embedded',
    make(context) {
      const folder = mkdtempSync(join(tmpdir(), 'fargazer-store-'));
      context.after(() => rmSync(folder, { recursive: true }));
      return embeddedIn(folder);
    },
    reopen: (store) => embeddedIn(folders.get(store)!),
  },
];
stores.forEach(storeContract);
