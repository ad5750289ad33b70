/** What `fargazer sidecar` needs of the program. */
import type { Config } from '../../config/index.ts';
import type { DoctorRow } from './doctor-row.ts';
import type { Output } from './program.ts';

export type SidecarMode = 'detect' | 'ship';

export interface SidecarSettings {
  config: Config;
  /** Where log routers send to: `HOST:PORT` or `unix:PATH`; absent: nothing listens. */
  forward?: string;
  http?: string;
  /** Where /proc of the task is. */
  procPath: string;
  stateDir?: string;
  /** Made by `fargazer baseline export`: a task that starts knows what it holds. */
  baselinesFile?: string;
  learnForMs?: number;
  mode: SidecarMode;
  /** Kinesis stream of the mode `ship`. */
  stream?: string;
  output: Output;
  signal: AbortSignal;
  /** What is to be said: a sentence each, without the end of a line. */
  onNotice: (notice: string) => void;
}

export interface SidecarProgram {
  /** With the outputs of the command line (`NAME:TARGET`) in place of those of the file or of FARGAZER_CONFIG. */
  sidecarConfig(file: string | undefined, sinks: readonly string[]): Promise<Config>;
  /** Resolves when the signal aborted, everything is saved and delivered. */
  sidecar(settings: SidecarSettings): Promise<void>;
  /** Says what a sidecar sees at this place and what it does not; gives the worst of it. */
  doctorOfTask(settings: SidecarSettings, onCheck: (check: DoctorRow) => void): Promise<DoctorRow['verdict']>;
}
