/** Reads packets when they come; when many come, every few milliseconds, since waking up costs more than reading. */
import type { PacketSocket } from '../native/packet-socket.ts';
import type { SensorContext } from '../part.ts';

export interface PacketReader {
  begin(): void;
  /** Reads what waits now. */
  drain(): void;
  end(): void;
}

export type TimedPacketVisitor = (bytes: Buffer, lengthBytes: number, isOutgoing: boolean, interfaceIndex: number, nowMs: number) => void;

/** A wake-up costs some 60 µs: more than twelve in a tenth of a second, and reading goes by the clock. */
const windowMs = 100;
const mostWakeUps = 12;
const pacedEveryMs = 10;
/** Fewer packets than these in a window, and they wake us again one by one. */
const quietPackets = 8;
/** One go reads no more; the rest waits for the next, so that others have their turn. */
const mostAtOnce = 512;

export function packetReader(context: SensorContext, socket: PacketSocket, visit: TimedPacketVisitor, afterwards: () => void): PacketReader {
  let unwatch: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let windowBeganMs = 0;
  let wakeUps = 0;
  let packets = 0;

  const drain = (): number => {
    const nowMs = context.now();
    const read = socket.read(mostAtOnce, (bytes, lengthBytes, isOutgoing, interfaceIndex) => visit(bytes, lengthBytes, isOutgoing, interfaceIndex, nowMs));
    if (read > 0) afterwards();
    return read;
  };
  const onReadable = (): void => {
    const nowMs = context.now();
    if (nowMs - windowBeganMs >= windowMs || nowMs < windowBeganMs) [windowBeganMs, wakeUps] = [nowMs, 0];
    wakeUps += 1;
    drain();
    if (wakeUps > mostWakeUps) pace(nowMs);
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
    }, pacedEveryMs << context.level());
    timer.unref();
  };
  const watch = (): void => {
    clearInterval(timer);
    timer = undefined;
    wakeUps = 0;
    unwatch = context.native?.watch(socket.descriptor, onReadable);
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
