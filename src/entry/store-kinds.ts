/** Stores that a configuration can name, each with its schema and its maker. */
import { z } from 'zod';
import { systemClock, type Store } from '#contract';
import { dynamodbStore } from '../stores/dynamodb/index.ts';
import { dynamodbStoreOptions } from '../stores/dynamodb/options.ts';
import { embeddedStore } from '../stores/embedded/index.ts';
import { memoryStore } from '../stores/memory/index.ts';
import { s3Store } from '../stores/s3/index.ts';
import { s3StoreOptions } from '../stores/s3/options.ts';

interface StoreKind {
  schema: z.ZodType;
  make: (options: never) => Store;
}

const clock = systemClock;

export const storeKinds: ReadonlyMap<string, StoreKind> = new Map<string, StoreKind>([
  ['memory', { schema: z.strictObject({}), make: () => memoryStore() }],
  ['embedded', { schema: z.strictObject({ folder: z.string().min(1).describe('Folder of the state; made where it does not exist.') }), make: ({ folder }: { folder: string }) => embeddedStore(folder) }],
  ['dynamodb', { schema: dynamodbStoreOptions, make: (options) => dynamodbStore(options, { clock }) }],
  ['s3', { schema: s3StoreOptions, make: (options) => s3Store(options, { clock }) }],
]);
