/** The calls to one table, each waited out where it may still succeed; the SDK is loaded at the first. */
import type * as DynamoDB from '@aws-sdk/client-dynamodb';
import type { AttributeValue, ConsumedCapacity, DynamoDBClient, DynamoDBClientConfig, WriteRequest } from '@aws-sdk/client-dynamodb';
import { patiently, storeError, type Patience } from '../aws.ts';
import { clientSettings } from '../s3/bucket.ts';

type Kit = typeof DynamoDB;
export type Row = Record<string, AttributeValue>;

/** Units that one call took, as DynamoDB counts them. */
export interface Units {
  operation: 'GetItem' | 'Query' | 'Scan' | 'PutItem' | 'DeleteItem' | 'BatchWriteItem';
  units: number;
}

/** What became of a conditional write: `row` is what stands there instead, where it is known or was asked for. */
export type Outcome = { isDone: true } | { isDone: false; attempt: number; row: Row | undefined };

/** A condition: an attribute has a value, or there is no row. */
export type Condition = { attribute: string; value: string } | 'absent';

/** DynamoDB takes so many writes at once. */
const mostWrites = 25;
/** And 16 MB, which chunks reach earlier. */
const mostBatchBytes = 8_000_000;

export class Table {
  readonly place: string;
  readonly #name: string;
  readonly #config: DynamoDBClientConfig;
  readonly #patience: Patience;
  readonly #onUnits: ((units: Units) => void) | undefined;
  #opened: Promise<{ kit: Kit; client: DynamoDBClient }> | undefined;

  constructor(name: string, config: DynamoDBClientConfig, patience: Patience, onUnits?: (units: Units) => void) {
    this.place = `the DynamoDB table ${name}`;
    this.#name = name;
    this.#config = config;
    this.#patience = patience;
    this.#onUnits = onUnits;
  }

  async #call<Result>(call: (client: DynamoDBClient, kit: Kit, attempt: number) => Promise<Result>, patience = this.#patience): Promise<Result> {
    try {
      return await patiently(async (attempt) => {
        this.#opened ??= import('@aws-sdk/client-dynamodb').then((kit) => ({ kit, client: new kit.DynamoDBClient({ ...clientSettings, ...this.#config }) }));
        const { kit, client } = await this.#opened;
        return call(client, kit, attempt);
      }, patience);
    } catch (error) {
      throw storeError(error, this.place);
    }
  }

  get #base() {
    return { TableName: this.#name, ReturnConsumedCapacity: 'TOTAL' as const };
  }

  #count(operation: Units['operation'], consumed: ConsumedCapacity | undefined): void {
    this.#onUnits?.({ operation, units: consumed?.CapacityUnits ?? 0 });
  }

  get(pk: string, sk: string): Promise<Row | undefined> {
    return this.#call(async (client, { GetItemCommand }) => {
      const answer = await client.send(new GetItemCommand({ ...this.#base, Key: keyOf(pk, sk), ConsistentRead: true }));
      this.#count('GetItem', answer.ConsumedCapacity);
      return answer.Item;
    });
  }

  /** Rows of a partition whose sort keys begin so; `attributes` alone where given. */
  async query(pk: string, skPrefix: string, isConsistent: boolean, attributes?: readonly string[]): Promise<Row[]> {
    const rows: Row[] = [];
    let start: Row | undefined;
    do {
      const answer = await this.#call((client, { QueryCommand }) =>
        client.send(
          new QueryCommand({
            ...this.#base,
            // An empty prefix is none to DynamoDB.
            KeyConditionExpression: skPrefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :sk)',
            ExpressionAttributeValues: { ':pk': { S: pk }, ...(skPrefix === '' ? {} : { ':sk': { S: skPrefix } }) },
            ...(attributes === undefined ? {} : projection(attributes)),
            ConsistentRead: isConsistent,
            ExclusiveStartKey: start,
          }),
        ),
      );
      this.#count('Query', answer.ConsumedCapacity);
      rows.push(...(answer.Items ?? []));
      start = answer.LastEvaluatedKey;
    } while (start !== undefined);
    return rows;
  }

  /** Pages of rows whose partition key begins so. It reads the whole table. */
  async *scan(pkPrefix: string, attributes: readonly string[]): AsyncGenerator<Row[]> {
    let start: Row | undefined;
    do {
      const answer = await this.#call((client, { ScanCommand }) =>
        client.send(new ScanCommand({ ...this.#base, FilterExpression: 'begins_with(pk, :pk)', ExpressionAttributeValues: { ':pk': { S: pkPrefix } }, ...projection(attributes), ExclusiveStartKey: start })),
      );
      this.#count('Scan', answer.ConsumedCapacity);
      yield answer.Items ?? [];
      start = answer.LastEvaluatedKey;
    } while (start !== undefined);
  }

  putIf(row: Row, condition: Condition): Promise<Outcome> {
    return this.#conditionally(async (client, { PutItemCommand }) => {
      const answer = await client.send(new PutItemCommand({ ...this.#base, Item: row, ...expression(condition) }));
      this.#count('PutItem', answer.ConsumedCapacity);
    });
  }

  /** `isOnce`: nobody waits for it. */
  deleteIf(pk: string, sk: string, condition: Condition, isOnce = false): Promise<Outcome> {
    const key = keyOf(pk, sk);
    return this.#conditionally(

      async (client, { DeleteItemCommand }) => {
        const answer = await client.send(new DeleteItemCommand({ ...this.#base, Key: key, ...expression(condition) }));
        this.#count('DeleteItem', answer.ConsumedCapacity);
      },
      isOnce ? { ...this.#patience, patienceMs: 0 } : this.#patience,
    );
  }

  #conditionally(write: (client: DynamoDBClient, kit: Kit) => Promise<void>, patience = this.#patience): Promise<Outcome> {
    return this.#call(async (client, kit, attempt): Promise<Outcome> => {
      try {
        await write(client, kit);
        return { isDone: true };
      } catch (error) {
        if (!(error instanceof kit.ConditionalCheckFailedException)) throw error;
        return { isDone: false, attempt, row: error.Item };
      }
    }, patience);
  }

  /** Without conditions, in batches; rows of one call have different keys. */
  async putAll(rows: readonly Row[], bytesOf: (row: Row) => number): Promise<void> {
    let batch: WriteRequest[] = [];
    let bytes = 0;
    for (const row of rows) {
      if (batch.length === mostWrites || (batch.length > 0 && bytes + bytesOf(row) > mostBatchBytes)) {
        await this.#putBatch(batch);
        [batch, bytes] = [[], 0];
      }
      batch.push({ PutRequest: { Item: row } });
      bytes += bytesOf(row);
    }
    if (batch.length > 0) await this.#putBatch(batch);
  }

  #putBatch(batch: WriteRequest[]): Promise<void> {
    let rest = batch;
    return this.#call(async (client, { BatchWriteItemCommand }) => {
      const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { [this.#name]: rest }, ReturnConsumedCapacity: 'TOTAL' }));
      for (const consumed of answer.ConsumedCapacity ?? []) this.#count('BatchWriteItem', consumed);
      rest = answer.UnprocessedItems?.[this.#name] ?? [];
      if (rest.length > 0) throw throttled(`${rest.length} writes of a batch were left over`);
    });
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    (await opened)?.client.destroy();
  }
}

function keyOf(pk: string, sk: string): Row {
  return { pk: { S: pk }, sk: { S: sk } };
}

function projection(attributes: readonly string[]) {
  return { ProjectionExpression: attributes.map((_, at) => `#a${at}`).join(', '), ExpressionAttributeNames: Object.fromEntries(attributes.map((name, at) => [`#a${at}`, name])) };
}

function expression(condition: Condition) {
  // Told at a failure, the row costs no read of its own.
  const shared = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
  if (condition === 'absent') return { ...shared, ConditionExpression: 'attribute_not_exists(pk)' };
  return { ...shared, ConditionExpression: '#a = :a', ExpressionAttributeNames: { '#a': condition.attribute }, ExpressionAttributeValues: { ':a': { S: condition.value } } };
}

/** What a batch leaves over is throttled, though the call as a whole succeeds. */
function throttled(message: string): Error {
  const error = new Error(message);
  error.name = 'ThrottlingException';
  return error;
}
