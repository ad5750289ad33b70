/** Every sink for machines passes the contract suite, against stand-ins that check what the real services check. */
import { mkdtemp, rm, unlink } from 'node:fs/promises';
import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sink } from '#contract';
import { alertmanager } from '../../src/alerting/sinks/alertmanager/index.ts';
import { cloudWatchMetrics } from '../../src/alerting/sinks/cloudwatch-metrics/index.ts';
import { eventBridge } from '../../src/alerting/sinks/eventbridge/index.ts';
import { falcosidekick } from '../../src/alerting/sinks/falcosidekick/index.ts';
import { ocsf } from '../../src/alerting/sinks/ocsf/index.ts';
import { securityHub } from '../../src/alerting/sinks/security-hub/index.ts';
import { splunkHec } from '../../src/alerting/sinks/splunk-hec/index.ts';
import { runSinkContract, type Bench } from './sink-contract.ts';
import { openEventBridge, openSecurityHub, type AwsService } from './stand-ins/aws-services.ts';
import { openAlertmanager, openFalcosidekick, openSplunk, type MachineService } from './stand-ins/machine-services.ts';

const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'key-is-secret' };
const token = '11111111-2222-3333-4444-555555555555';
/** Time stands still, so that equal alerts give equal bytes. */
const clock = { now: () => Date.parse('2026-03-04T18:20:00Z'), sleep: (_: number, signal?: AbortSignal) => new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())) };

function atAws(service: AwsService, sink: Sink, textOf: (taken: Record<string, unknown>) => string): Bench {
  return {
    sink,
    arrived: () => service.taken.map(textOf),
    breakDown: () => service.close(),
    async close() {
      await sink.close?.();
      await service.close();
    },
  };
}

function atHttp(service: MachineService, sink: Sink): Bench {
  return {
    sink,
    arrived: () => service.taken,
    breakDown: () => service.close(),
    async close() {
      await sink.close?.();
      await service.close();
    },
  };
}

runSinkContract([
  {
    name: 'eventbridge',
    async open() {
      const service = await openEventBridge('alerts');
      const sink = eventBridge({ bus: 'alerts', region: 'eu-west-1', endpoint: service.http.origin }, { credentials });
      return atAws(service, sink, ({ Detail }) => String(Detail));
    },
    secrets: [credentials.secretAccessKey, credentials.accessKeyId],
    shows: (alert) => `"title":"${alert.title}"`,
  },
  {
    name: 'security-hub',
    async open() {
      const service = await openSecurityHub('123456789012', 'eu-west-1');
      const sink = securityHub({ account: '123456789012', region: 'eu-west-1', endpoint: service.http.origin }, { credentials });
      // A repeat is taken once; what it would have said again is that of the first.
      return { ...atAws(service, sink, (finding) => JSON.stringify(finding)), arrived: () => service.http.requests.map(({ body }) => body) };
    },
    secrets: [credentials.secretAccessKey, credentials.accessKeyId],
    shows: (alert) => `"Title":"${alert.title}"`,
  },
  {
    name: 'ocsf',
    async open() {
      const folder = await mkdtemp(join(tmpdir(), 'fargazer-ocsf-'));
      const path = join(folder, 'findings.ndjson');
      return {
        sink: ocsf({ path }),
        arrived: () => readFileSync(path, 'utf8').split('\n').filter((line) => line !== ''),
        async breakDown() {
          await unlink(path).catch(() => undefined);
          mkdirSync(path);
        },
        close: () => rm(folder, { recursive: true }),
      };
    },
    secrets: ['fargazer-ocsf-'],
    shows: (alert) => `"title":"${alert.title}"`,
  },
  {
    name: 'cloudwatch-metrics',
    open() {
      const lines: string[] = [];
      let isBroken = false;
      const sink = cloudWatchMetrics((text) => {
        if (isBroken) throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
        lines.push(text);
      });
      return { sink, arrived: () => lines, breakDown: () => void (isBroken = true), close: () => undefined };
    },
    secrets: [],
    shows: (alert) => `"title":"${alert.title}"`,
  },
  {
    name: 'alertmanager',
    async open() {
      const service = await openAlertmanager();
      return atHttp(service, alertmanager({ url: service.http.origin, bearerToken: 'token-is-secret', allowPrivate: true, timeoutMs: 2_000 }, { clock }));
    },
    secrets: ['token-is-secret'],
    shows: (alert) => `"summary":"${alert.title}"`,
  },
  {
    name: 'falcosidekick',
    async open() {
      const service = await openFalcosidekick();
      return atHttp(service, falcosidekick({ url: `${service.http.origin}/path-is-secret`, allowPrivate: true, timeoutMs: 2_000 }));
    },
    secrets: ['path-is-secret'],
    shows: (alert) => alert.title,
  },
  {
    name: 'splunk-hec',
    async open() {
      const service = await openSplunk(token);
      return atHttp(service, splunkHec({ url: service.http.origin, token, allowPrivate: true, timeoutMs: 2_000 }));
    },
    secrets: [token],
    shows: (alert) => `"title":"${alert.title}"`,
  },
]);

