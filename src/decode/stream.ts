/** One stream of bytes, from chunks to events: framing, recognition, decoding. Total: never throws on input. */
import type { DecodeSettings, FileReading, Intake, Origin } from '#contract';

export interface StreamOptions {
  /** How the file is called in positions and messages. */
  file: string;
  /** Decoder id, where the user named one. */
  format?: string;
  settings: DecodeSettings;
  intake: Intake;
  /** Told of each event's origin and key as it is taken, for `fargazer why`; absent in ordinary runs. */
  watch?: (origin: Origin, event: unknown) => void;
}

export interface DecodeStream {
  write(chunk: Buffer): void;
  /** The end of the file; whatever is pending is decoded or reported as cut off. */
  end(): void;
  /** `bytes` is left to the source. */
  readonly reading: FileReading;
}

export function openStream(_options: StreamOptions): DecodeStream {
  throw new Error('not built yet');
}
