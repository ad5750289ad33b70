/** `fargazer doctor sidecar` and `fargazer sidecar --check`: looks at the place where it runs, as the sidecar would there; changes nothing. */
import type { DoctorRow } from '../../cli/doctor-row.ts';
import type { SidecarSettings } from '../../cli/sidecar-program.ts';
import { sidecarParts, type SidecarParts } from '../../sidecar-parts.ts';
import { fail, worst, type DoctorCheck, type Verdict } from './report.ts';
import { lookAtKnowledge } from './task/knowledge.ts';
import { lookAtMetadata, lookAtTask } from './task/metadata.ts';
import { lookAtReceiver } from './task/receiver.ts';
import { lookAtState } from './task/state.ts';
import { lookAtCapabilities, lookAtWays } from './task/ways.ts';

/** Gives the worst of the checks. Throws `config-invalid` as the sidecar would, before anything is looked at. */
export async function doctorOfTask(settings: SidecarSettings, onCheck: (check: DoctorRow) => void): Promise<Verdict> {
  const { forward, http, procPath, stateDir, mode, stream } = settings;
  const checks: DoctorCheck[] = [];
  const add = (...found: readonly DoctorCheck[]): void => {
    found.forEach(onCheck);
    checks.push(...found);
  };
  const parts = await sidecarParts(settings);
  try {
    add(lookAtTask(parts), await lookAtMetadata(parts));
    const ways = await waysOf(parts);
    add(...lookAtWays(ways), ...lookAtCapabilities(ways));
    if (forward !== undefined) add(await lookAtReceiver('forward', forward, procPath));
    if (http !== undefined) add(await lookAtReceiver('http', http, procPath));
    if (stateDir !== undefined && mode === 'detect') add(lookAtState(stateDir));
    if (mode === 'ship' && stream === undefined) add(fail('stream', 'Mode ship has no stream to send to: the sidecar would not begin.', 'Name it in FARGAZER_STREAM.'));
    add(...(await lookAtKnowledge(settings, parts)));
  } finally {
    await Promise.allSettled([parts.sensor, ...parts.others].map((source) => source.close?.()));
  }
  return worst(checks);
}

/** Once it reads: then every way was tried. */
async function waysOf({ sensor }: SidecarParts): Promise<ReturnType<SidecarParts['sensor']['ways']>> {
  const stop = new AbortController();
  const batches = sensor.read(new Map(), stop.signal)[Symbol.asyncIterator]();
  try {
    await batches.next();
    return sensor.ways();
  } finally {
    stop.abort();
    await batches.return?.();
  }
}
