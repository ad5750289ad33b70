/**
 * The pace of looking: one table of how often everything is looked at and what is left out, by how much looking costs.
 * What the kernel tells of (a program started, a connection that goes out, a file touched) wakes us at every level alike;
 * the table is for what goes by the clock. Alerts are wanted within a second or two, and to be woken costs more than to
 * look: so it is seldom, and everything that is due is done in one go.
 */

export type Level = 0 | 1 | 2 | 3;

/** Milliseconds between two looks, if no other unit is named. */
export interface Pace {
  /** The beat: packets, timers of all parts, and the giving of what was seen. An alert waits for two of them at most. */
  beat: number;
  /** The beat where no notice tells of starts: a process of 20 ms is then seen by looking alone. */
  noticelessBeat: number;
  /** Who listens: a dump costs some 0.3 ms. Whoever is connected to, or has just begun, is looked at at once. */
  listeners: number;
  /** Bytes of open connections, asked for one by one while they are few. */
  traffic: number;
  /** The table of sockets, where packets tell of beginnings and ends and it only corrects. */
  sockets: number;
  /** The same where it is all there is. */
  packetlessSockets: number;
  /** Packets, while so many come that being woken by them costs more. */
  packets: number;
  /** A round of the running processes: who was stopped, runs another program, keeps a processor busy. */
  round: number;
  /** A round soon after a program was seen for the first time: it may be out for others. */
  attentiveRound: number;
  /** Rights, tracers and streams, which cost twice as much as the rest of a round; Infinity where they are not looked at. */
  rights: number;
  /** What notices of files do not tell: bind mounts, directories that appear. */
  files: number;
  /** The same where there are no notices, and it is all there is. */
  noticelessFiles: number;
  /** Open descriptors looked at in a second, to find who holds a socket: some 5 µs each. */
  descriptorsPerSecond: number;
  /** Datagrams looked at in a second; of more only a part is asked for. */
  datagramsPerSecond: number;
  /** Where running processes have their outputs. */
  hasStreams: boolean;
  /** Streams and preloads of new processes, memory of others that they hold, and applications' directories that are found late. */
  hasDetails: boolean;
}

/**
 * Whether another period has begun. Looks keep to the clock's own grid, so that what is due falls on one beat and none is
 * late by one for a fraction of a millisecond.
 */
export function isOtherPeriod(lastMs: number, nowMs: number, everyMs: number): boolean {
  return Math.floor(lastMs / everyMs) !== Math.floor(nowMs / everyMs);
}

export const paces: Readonly<Record<Level, Pace>> = {
  0: {
    beat: 500, noticelessBeat: 20, listeners: 1_000, traffic: 1_000, sockets: 10_000, packetlessSockets: 100, packets: 10, round: 1_000, attentiveRound: 250,
    rights: 1_000, files: 5_000, noticelessFiles: 2_000, descriptorsPerSecond: 4_000, datagramsPerSecond: 800, hasStreams: true, hasDetails: true,
  },
  1: {
    beat: 250, noticelessBeat: 20, listeners: 2_000, traffic: 2_000, sockets: 15_000, packetlessSockets: 200, packets: 15, round: 2_000, attentiveRound: 500,
    rights: 2_000, files: 10_000, noticelessFiles: 4_000, descriptorsPerSecond: 2_000, datagramsPerSecond: 400, hasStreams: false, hasDetails: true,
  },
  2: {
    beat: 500, noticelessBeat: 40, listeners: 4_000, traffic: 4_000, sockets: 20_000, packetlessSockets: 400, packets: 25, round: 4_000, attentiveRound: 1_000,
    rights: 8_000, files: 20_000, noticelessFiles: 8_000, descriptorsPerSecond: 1_000, datagramsPerSecond: 200, hasStreams: false, hasDetails: false,
  },
  3: {
    beat: 1_000, noticelessBeat: 80, listeners: 8_000, traffic: 8_000, sockets: 30_000, packetlessSockets: 800, packets: 50, round: 8_000, attentiveRound: 2_000,
    rights: Infinity, files: 30_000, noticelessFiles: 16_000, descriptorsPerSecond: 500, datagramsPerSecond: 100, hasStreams: false, hasDetails: false,
  },
};
