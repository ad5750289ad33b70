/**
 * Reads packets when the bell rings, for what begins here must be looked at while it lasts, and at each beat. When much
 * rings they are read every few milliseconds instead, since to be woken costs more than to read.
 */
import type { PacketSocket } from '../native/packet-socket.ts';
import type { SensorContext } from '../part.ts';

export interface PacketReader {
  begin(): void;
  /** Reads what waits now. */
  drain(): void;
  end(): void;
}

export type TimedPacketVisitor = (bytes: Buffer, lengthBytes: number, isOutgoing: boolean, interfaceIndex: number, nowMs: number) => void;

/** More rings than these in a tenth of a second, and reading goes by the clock. */
const windowMs = 100;
const mostRings = 8;
/** Fewer packets than these in a window, and the bell wakes us again. */
const quietPackets = 8;
/** One go reads no more; the rest waits for the next, so that others have their turn. */
const mostAtOnce = 512;

/** `bell` is readable when packets of `socket` are to be read at once. */
export function packetReader(context: SensorContext, { socket, bell }: { socket: PacketSocket; bell: PacketSocket }, visit: TimedPacketVisitor, afterwards: () => void): PacketReader {
  let unwatch: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let windowBeganMs = 0;
  let rings = 0;
  let packets = 0;

  const drain = (): number => {
    const nowMs = context.now();
    const read = socket.read(mostAtOnce, (bytes, lengthBytes, isOutgoing, interfaceIndex) => visit(bytes, lengthBytes, isOutgoing, interfaceIndex, nowMs));
    if (read > 0) afterwards();
    return read;
  };
  const silence = (): void => void bell.read(mostAtOnce, () => undefined);
  const onRing = (): void => {
    const nowMs = context.now();
    if (nowMs - windowBeganMs >= windowMs || nowMs < windowBeganMs) [windowBeganMs, rings] = [nowMs, 0];
    rings += 1;
    silence();
    drain();
    if (rings > mostRings) pace(nowMs);
  };
  const pace = (nowMs: number): void => {
    unwatch?.();
    unwatch = undefined;
    [windowBeganMs, packets] = [nowMs, 0];
    timer = setInterval(() => {
      packets += drain();
      const now = context.now();
      if (now - windowBeganMs < windowMs && now >= windowBeganMs) return;
      if (packets < quietPackets) watch();
      else [windowBeganMs, packets] = [now, 0];
    }, context.pace().packets);
    timer.unref();
  };
  const watch = (): void => {
    clearInterval(timer);
    timer = undefined;
    rings = 0;
    silence();
    unwatch = context.native?.watch(bell.descriptor, onRing);
  };
  return {
    begin: watch,
    drain: () => void drain(),
    end() {
      clearInterval(timer);
      unwatch?.();
      unwatch = undefined;
    },
  };
}
