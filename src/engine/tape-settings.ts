/** How much of the tape is held in memory, and how. */

export interface TapeSettings {
  /** Events kept as objects before minutes are packed: a thousand some 0.8 MB. */
  liveLimit: number;
  /** Bytes of packed pages in memory before they go to a file. */
  pageBytesLimit: number;
}

/** Both are full within a gigabyte of logs, so that the tenth takes as much as the first; a page is read from a file as fast as it is unpacked. */
export const standardTape: TapeSettings = { liveLimit: 120_000, pageBytesLimit: 8 * 1024 * 1024 };

/** For a walk that never ends: what waits for a slow feed is packed soon, for it waits long. */
export const liveTape: TapeSettings = { liveLimit: 32_000, pageBytesLimit: 32 * 1024 * 1024 };
