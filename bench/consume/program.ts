/** `fargazer consume` as people start it, as a child that tells what it uses. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';

const home = dirname(dirname(import.meta.dirname));

/** As `tell-usage.mjs` tells it. */
export interface Usage {
  /** Processor time of all its threads. */
  cpuSeconds: number;
  rssBytes: number;
  /** The most it ever had. */
  mostBytes: number;
  /** Of it the heap, and what of that is used. */
  heapBytes: number;
  usedBytes: number;
  /** Buffers and the like. */
  externalBytes: number;
}

export interface Program {
  child: ChildProcess;
  usage(): Promise<Usage>;
  errors(): string;
  /** Sum of a metric of its own. */
  metric(name: string): Promise<number>;
  /** Ends it and removes what it kept. */
  end(): Promise<void>;
}

export interface ProgramSettings {
  endpoint: string;
  config?: object;
  /** No file may grow beyond so many bytes: steps of saving fail, as on a full disk. */
  mostFileBytes?: number;
}

export function startProgram({ endpoint, config = {}, mostFileBytes }: ProgramSettings): Program {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-bench-'));
  const file = join(folder, 'consume.yaml');
  writeFileSync(
    file,
    stringify({
      sources: [{ kinesis: { stream: 'telemetry', region: 'eu-west-1', endpoint, start: 'trim-horizon', pollMs: 1_000 } }],
      store: { embedded: { folder: join(folder, 'state') } },
      sinks: { jsonl: {} },
      http: { address: '127.0.0.1:0' },
      ...config,
    }),
  );
  const limit = mostFileBytes === undefined ? '' : `trap "" XFSZ; ulimit -S -f ${Math.ceil(mostFileBytes / 1_024)}; `;
  const child = spawn('bash', ['-c', `${limit}exec "$0" "$@"`, join(home, 'bin', 'fargazer'), 'consume', '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...process.env, AWS_ACCESS_KEY_ID: 'canned', AWS_SECRET_ACCESS_KEY: 'canned', AWS_EC2_METADATA_DISABLED: 'true',
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      NODE_OPTIONS: `--import ${join(import.meta.dirname, 'tell-usage.mjs')}`,
    },
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = errors.slice(0, 2_000) + (errors.slice(2_000) + text).slice(-2_000)));
  const ended = once(child, 'close');
  return {
    child,
    errors: () => errors,
    async metric(name) {
      const url = /Health and metrics: (http:\S+)\/healthz/.exec(errors)?.[1];
      // A connection that was kept may be closed just now.
      const ask = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();
      const text = await ask().catch(ask);
      return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `)).reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    },
    async usage() {
      const told = once(child, 'message');
      child.send('usage');
      const [usage] = (await Promise.race([told, ended.then(() => Promise.reject(new Error(`consume ended: ${errors}`)))])) as [Usage];
      return usage;
    },
    async end() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 12_000);
      await ended;
      clearTimeout(late);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
