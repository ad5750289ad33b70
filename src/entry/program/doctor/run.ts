/** The doctor as the command line asks it: with the clock of this machine and the store of the stack. */
import { systemClock } from '#contract';
import { dynamodbStore } from '../../../stores/dynamodb/index.ts';
import type { DoctorRow } from '../../cli/doctor-row.ts';
import type { DoctorSettings } from '../../cli/program.ts';
import { doctor } from '../doctor.ts';

export async function runDoctor({ onCheck, ...settings }: DoctorSettings): Promise<DoctorRow['verdict']> {
  const clock = systemClock;
  const { NodeHttpHandler } = await import('@smithy/node-http-handler');
  const { verdict } = await doctor(settings, {
    clock,
    openStore: async (place) => dynamodbStore(place, { clock }),
    // The client of Kinesis would speak HTTP/2, which proxies and stand-ins do not.
    aws: { requestHandler: new NodeHttpHandler() },
    onCheck,
  });
  return verdict;
}
