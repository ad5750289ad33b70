/** A program and a terminal that stand in for the real ones, and remember what they were asked and told. */
import { FargazerError, type Alert, type ReplayOutcome, type Severity } from '../../src/contract/index.ts';
import { defaultConfig } from '../../src/config/index.ts';
import { runCommandLine } from '../../src/entry/cli/command-line.ts';
import type { Program, ReplaySettings } from '../../src/entry/cli/program.ts';
import type { Terminal } from '../../src/entry/cli/terminal.ts';

export function alert(id: string, severity: Severity = 'high', title = `checkout sent 41 MB (${id})`): Alert {
  return {
    schemaVersion: 1,
    id,
    revision: 1,
    incident: null,
    status: 'resolved',
    detector: 'egress-volume',
    severity,
    title,
    summary: 'checkout sent more in a minute than in 21 days.',
    firstSeen: '2023-07-10T12:05:00.000Z',
    lastSeen: '2023-07-10T12:05:00.000Z',
    count: 1,
    entity: { kind: 'service', name: 'checkout', account: '111122223333', region: 'eu-west-1', cluster: 'shop', container: 'app', instance: 'a1', phase: 'run' },
    object: '203.0.113.77',
    attack: ['T1048'],
    evidence: { observed: 41_000_000, expected: 3_100_000, unit: 'bytes/min', score: 0.9, records: [{ file: 'a.log', line: 3 }] },
    explanation: { history: '21 days, 140 tasks', quiet: 'Three such days.', lookFirst: 'The program that sent it.' },
  };
}

export function outcome(changes: Partial<ReplayOutcome> = {}): ReplayOutcome {
  return {
    version: '0.1.0',
    alerts: [alert('one')],
    reading: [{ file: 'a.log', bytes: 2_048, formats: { firelens: 1_448 }, records: 1_448, events: 1_440, skipped: {}, unreadable: [], notes: [] }],
    records: 1_448,
    events: 1_440,
    unreadable: 0,
    setAside: { future: 0, past: 0, olderThanState: 0, outsideSpan: 0, alreadyRead: 0 },
    duplicates: 0,
    unattributed: 0,
    span: { fromMs: Date.UTC(2023, 6, 10, 11, 55), toMs: Date.UTC(2023, 6, 11, 13, 55) },
    entities: [
      {
        owner: { kind: 'service', account: '111122223333', region: 'eu-west-1', cluster: 'shop', name: 'checkout' },
        name: 'checkout', tasks: 2, events: 1_440, feeds: ['firelens'],
        firstSeenMs: Date.UTC(2023, 6, 10, 11, 55), lastSeenMs: Date.UTC(2023, 6, 11, 13, 55), readyFromMs: Date.UTC(2023, 6, 10, 13, 0),
        judgedShare: 0.87, series: [], destinations: [], kinds: [], calls: [],
      },
    ],
    detectors: [],
    blind: [],
    bounds: [],
    command: 'fargazer replay a.log',
    isInterrupted: false,
    isRawKept: true,
    ...changes,
  };
}

const plugins = { detectors: new Map() };

function unexpected(): never {
  throw new Error('this was not to be called');
}

export function standIn(changes: Partial<Program> = {}): Program {
  return {
    formats: () => [{ id: 'firelens', title: 'FireLens', source: 'https://example.com', feed: 'firelens' }],
    detectors: () => [{ id: 'egress-volume', title: 'Task sends far more', severity: 'high', attack: ['T1048'], reads: 'network-minute' }],
    config: (file) => {
      if (file !== undefined) throw new FargazerError('config-invalid', `${file}:3, detectors.x: there is no detector x.\n${file}:4, y: there is no option y.`);
      return defaultConfig(plugins);
    },
    liveConfig: () => { throw new Error('not asked here'); },
    consume: async () => undefined,
    previewSinks: async () => '',
    coverage: async () => ({ rows: [], walkedMs: undefined }),
    sidecarConfig: async () => defaultConfig(plugins),
    sidecar: unexpected,
    doctorOfTask: unexpected,
    replay: async () => ({ outcome: outcome() }),
    save: unexpected,
    estimate: unexpected,
    tail: unexpected,
    doctor: unexpected,
    inspect: unexpected,
    why: unexpected,
    score: unexpected,
    templates: unexpected,
    report: async () => '<!doctype html>',
    deliver: unexpected,
    alerts: { why: unexpected, route: unexpected, list: unexpected, silences: unexpected, silence: unexpected, expire: unexpected, redeliver: unexpected, test: unexpected },
    baselines: { show: unexpected, accept: unexpected, forget: unexpected, export: unexpected },
    ...changes,
  };
}

export interface Told {
  status: number;
  out: string;
  err: string;
}

/** Runs a command line against a stand-in, on a terminal 80 columns wide without colours. */
export async function tell(words: string[], program: Program = standIn(), changes: Partial<Terminal> = {}, isDebugging = false): Promise<Told> {
  let out = '';
  let err = '';
  const terminal: Terminal = {
    write: async (text) => void (out += text),
    say: (text) => void (err += text),
    columns: 80,
    hasColour: false,
    isOutputTerminal: false,
    isMessageTerminal: false,
    timeZone: 'UTC',
    signal: new AbortController().signal,
    ...changes,
  };
  const status = await runCommandLine(words, { program, terminal, version: '0.1.0', isDebugging });
  return { status, out, err };
}

/** A program whose replay remembers its settings. */
export function remembering(): { program: Program; settings: () => ReplaySettings } {
  let seen: ReplaySettings | undefined;
  return {
    program: standIn({
      replay: async (settings) => {
        seen = settings;
        return { outcome: outcome() };
      },
    }),
    settings: () => seen ?? unexpected(),
  };
}
