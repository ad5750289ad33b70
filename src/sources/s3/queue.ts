/** A queue of SQS: messages received, hidden while they are worked on, deleted once that was committed. */
import type { Message, ReceiveMessageCommandOutput, SQSClient, SQSClientConfig } from '@aws-sdk/client-sqs';
import { patiently, type Patience } from '../aws.ts';

export interface QueueSettings {
  url: string;
  waitS: number;
  visibilityMs: number;
}

export async function openSqs(region: string | undefined, aws: SQSClientConfig): Promise<SQSClient> {
  const { SQSClient: Client } = await import('@aws-sdk/client-sqs');
  return new Client({ maxAttempts: 1, ...(region === undefined ? {} : { region }), ...aws });
}

/** Actions on messages take ten at once. */
const batchSize = 10;

export class Queue {
  private readonly client: SQSClient;
  private readonly settings: QueueSettings;
  /** Receipts of messages that were received and not yet deleted. */
  private readonly held = new Set<string>();

  constructor(client: SQSClient, settings: QueueSettings) {
    this.client = client;
    this.settings = settings;
  }

  /** Up to ten messages; none where the queue is empty. */
  async receive(patience: Patience): Promise<readonly Message[]> {
    const { ReceiveMessageCommand } = await import('@aws-sdk/client-sqs');
    const { url, waitS, visibilityMs } = this.settings;
    const answer: ReceiveMessageCommandOutput = await patiently(
      () =>
        this.client.send(
          new ReceiveMessageCommand({
            QueueUrl: url,
            MaxNumberOfMessages: batchSize,
            WaitTimeSeconds: waitS,
            VisibilityTimeout: Math.ceil(visibilityMs / 1_000),
            MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
          }),
          { abortSignal: patience.signal },
        ),
      patience,
    );
    return answer.Messages ?? [];
  }

  /** From now on the message is hidden for as long as it is not let go or deleted. */
  hold(receipt: string): void {
    this.held.add(receipt);
  }

  /** It is seen again once its time is up. */
  release(receipt: string): void {
    this.held.delete(receipt);
  }

  get heldCount(): number {
    return this.held.size;
  }

  /** Keeps what is held hidden, a third of the time before it would be seen again; until the signal aborts. */
  async keepHidden({ clock, signal }: Patience): Promise<void> {
    const { ChangeMessageVisibilityBatchCommand } = await import('@aws-sdk/client-sqs');
    const { url, visibilityMs } = this.settings;
    while (!signal.aborted) {
      await clock.sleep(visibilityMs / 3, signal);
      for (const receipts of batches([...this.held])) {
        if (signal.aborted) return;
        const Entries = receipts.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: Math.ceil(visibilityMs / 1_000) }));
        // Where it fails, the message is delivered again and known by its object.
        await this.client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }), { abortSignal: signal }).catch(() => undefined);
      }
    }
  }

  /** Deletes what was committed. What cannot be deleted now stays held, and is deleted with a later commit. */
  async delete(receipts: readonly string[], patience: Patience): Promise<void> {
    const { DeleteMessageBatchCommand } = await import('@aws-sdk/client-sqs');
    for (const some of batches(receipts)) {
      const Entries = some.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
      const answer = await patiently(() => this.client.send(new DeleteMessageBatchCommand({ QueueUrl: this.settings.url, Entries })), patience);
      const failed = new Set((answer.Failed ?? []).filter(({ SenderFault }) => SenderFault !== true).map(({ Id }) => Id));
      // A receipt that SQS knows no more (the message is gone, or was received again) is done with.
      some.forEach((receipt, index) => failed.has(String(index)) || this.held.delete(receipt));
    }
  }

  /** Lets go of everything at once, so that whoever comes next need not wait until it is visible again. */
  async releaseAll(): Promise<void> {
    const { ChangeMessageVisibilityBatchCommand } = await import('@aws-sdk/client-sqs');
    const receipts = [...this.held];
    this.held.clear();
    for (const some of batches(receipts)) {
      const Entries = some.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
      await this.client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.settings.url, Entries }));
    }
  }

  isHeld(receipt: string): boolean {
    return this.held.has(receipt);
  }
}

function batches(receipts: readonly string[]): string[][] {
  const made: string[][] = [];
  for (let at = 0; at < receipts.length; at += batchSize) made.push(receipts.slice(at, at + batchSize));
  return made;
}
