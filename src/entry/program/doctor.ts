/** `fargazer doctor --stack NAME`: looks at a deployed stack, and tells what is wrong with its cure; sends only when asked to. */
import type { Clock, Store } from '#contract';
import { lookAtDeadLetters, lookAtTopic, sendAlert } from './doctor/alerts.ts';
import type { AwsSettings } from './doctor/aws.ts';
import { lookAtConsumer } from './doctor/consumer.ts';
import { worst, type DoctorCheck, type DoctorReport } from './doctor/report.ts';
import { followRecord, lookAtRounds } from './doctor/rounds.ts';
import { lookAtRoutes } from './doctor/routes.ts';
import { lookAtStack, type Deployment } from './doctor/stack.ts';
import { lookAtStream, sendRecord } from './doctor/stream.ts';
import { lookAtTable } from './doctor/table.ts';

export type { AwsSettings, DoctorCheck, DoctorReport };

export interface DoctorOptions {
  /** Name of the CloudFormation stack. */
  stack: string;
  region?: string;
  /** Puts a record marked synthetic into the stream and a test alert into the topic; else nothing is changed. */
  isSending: boolean;
  signal?: AbortSignal;
}

export interface DoctorDeps {
  clock: Clock;
  /** Opens the state that the stack's function keeps; without it rounds and lag are not looked at. */
  openStore?: (place: { table: string; bucket: string; region?: string }) => Promise<Store>;
  /** Settings of every AWS client. */
  aws?: AwsSettings;
  /** Told of each check as it ends. */
  onCheck?: (check: DoctorCheck) => void;
}

/** Looks at everything there is; never throws for what it finds. */
export async function doctor({ stack, region, isSending, signal }: DoctorOptions, { clock, openStore, aws, onCheck }: DoctorDeps): Promise<DoctorReport> {
  const settings: AwsSettings = { ...aws, ...(region === undefined ? {} : { region }) };
  const checks: DoctorCheck[] = [];
  const add = (...found: DoctorCheck[]): void => {
    for (const check of found) onCheck?.(check);
    checks.push(...found);
  };
  const report = (): DoctorReport => ({ stack, checks, verdict: worst(checks) });
  const { checks: stackChecks, deployment } = await lookAtStack(stack, settings);
  add(...stackChecks);
  if (deployment === undefined) return report();
  const { checks: consumerChecks, deadLettersArn } = await lookAtConsumer(deployment, settings);
  add(...consumerChecks);
  add(await lookAtStream(deployment.stream, settings));
  add(...(await lookAtTable(deployment.table, settings)));
  add(...(await lookAtRoutes(deployment.stream, deployment.logGroups, settings)));
  add(await lookAtTopic(deployment.topicArn, settings));
  add(...(await lookAtDeadLetters(deployment.queueUrls, deadLettersArn, settings)));
  const store = await storeOf(deployment, openStore, region);
  try {
    if (store !== undefined) add(...(await lookAtRounds(store, clock.now())));
    if (!isSending || signal?.aborted === true) return report();
    await send({ stack, deployment, settings, clock, store, add, signal });
  } finally {
    await store?.close();
  }
  return report();
}

/** Rounds are kept by the function alone; a service walks in its own loop. */
async function storeOf({ functionName, table, bucket }: Deployment, openStore: DoctorDeps['openStore'], region: string | undefined): Promise<Store | undefined> {
  if (functionName === undefined || table === undefined || bucket === undefined) return undefined;
  return openStore?.({ table, bucket, ...(region === undefined ? {} : { region }) });
}

interface Sending {
  stack: string;
  deployment: Deployment;
  settings: AwsSettings;
  clock: Clock;
  store: Store | undefined;
  add: (...found: DoctorCheck[]) => void;
  signal: AbortSignal | undefined;
}

async function send({ stack, deployment, settings, clock, store, add, signal }: Sending): Promise<void> {
  if (deployment.stream !== undefined) {
    const { check, put } = await sendRecord(deployment.stream, clock.now(), settings);
    add(check);
    if (put !== undefined && store !== undefined) add(await followRecord(store, put, clock, signal));
  }
  if (deployment.topicArn !== undefined) add(await sendAlert(deployment.topicArn, stack, settings));
}
