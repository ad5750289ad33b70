/** The sensor, which says once it looks by which ways it does not: as coverage, and in the sidecar's own log. */
import type { LiveSource, TellCoverage } from '#contract';
import { indispensableWay, type Sensor } from '../../../sensor/index.ts';

export function tellingWays(sensor: Sensor, tell: TellCoverage, onNotice: (notice: string) => void): LiveSource {
  const look = (): void => {
    const missing = sensor.ways().filter(({ isWorking }) => !isWorking);
    for (const { name, reason, without } of missing) onNotice(`${name} is missing here${reason === undefined ? '' : ` (${reason.replace(/\.$/, '')})`}. ${without}`);
    if (missing.length === 0) return;
    onNotice('fargazer doctor sidecar says what cures it.');
    const blind = missing.find(({ name }) => name === indispensableWay);
    // What a platform never gives is no event: it is filed, and alerts nobody at each start.
    if (blind === undefined) tell('working', `the sidecar looks, but not by ${missing.map(({ name }) => name).join(', ')}: ${missing.map(({ without }) => without).join(' ')}`);
    else tell('silent', `${blind.reason ?? 'no other process can be seen'} ${blind.without}`);
  };
  return {
    ...sensor,
    async *read(resume, signal) {
      let hasLooked = false;
      for await (const batch of sensor.read(resume, signal)) {
        if (!hasLooked) look();
        hasLooked = true;
        yield batch;
      }
    },
  };
}
