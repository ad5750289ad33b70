/** The stores in memory, in SQLite and in a bucket of the stub pass the contract; DynamoDB's has a file of its own. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { embeddedStore } from '../../src/stores/embedded/index.ts';
import { memoryStore } from '../../src/stores/memory/index.ts';
import { leapingClock } from '../support/fast-clock.ts';
import { damageInBucket, s3Bench, temporaryFolder } from './benches.ts';
import { storeSuite } from './store-contract.ts';

storeSuite({
  name: 'memory',
  async make() {
    const clock = leapingClock();
    const store = memoryStore(clock);
    return { store, another: () => store, clock };
  },
});

storeSuite({
  name: 'embedded',
  async make(context) {
    const clock = leapingClock();
    const folder = temporaryFolder(context);
    let store = embeddedStore(folder, clock);
    context.after(() => store.close());
    const reopen = async (between: () => void): Promise<void> => {
      await store.close();
      between();
      store = embeddedStore(folder, clock);
    };
    return { store, another: () => store, clock, folder, reopen };
  },
  damage: ({ folder, reopen }, name) =>
    reopen(() => {
      const database = new DatabaseSync(join(folder, 'state.sqlite'));
      database.prepare("UPDATE parts SET bytes = x'ff' WHERE name = ?").run(name);
      database.close();
    }),
});

storeSuite({
  name: 's3',
  make: s3Bench,
  damage: (bench, name) => void damageInBucket(bench, name),
  breakItems({ stub }, isBroken) {
    stub.fault = ({ operation, key }) => (isBroken && operation === 'PutObject' && key.includes('items/') ? 'slow-down' : undefined);
  },
});
