/** The first look at a crowd: of many processes that are the same only the first few are told. */
import type { Entry } from './table.ts';

/** Of so many processes at the first look, only the first few of a program, user and parent are told: the rest are the same. */
const crowdAtStart = 1_000;
const toldOfSame = 16;

/** Whether a process is one of many that were told already; undefined where there is no crowd. */
export function oneOfMany(count: number): ((entry: Entry) => boolean) | undefined {
  if (count <= crowdAtStart) return undefined;
  const told = new Map<string, number>();
  return ({ program, userId, lineage }) => {
    const key = `${program.path}\0${program.name}\0${userId}\0${lineage[0]?.path ?? ''}`;
    const known = (told.get(key) ?? 0) + 1;
    told.set(key, known);
    return known > toldOfSame;
  };
}
