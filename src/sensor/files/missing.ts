/**
 * Places that are not there yet. Each lacks one path, the first on the way to it that is missing: where the directory of
 * that is watched a notice tells when it comes, else the path is looked at now and then.
 */
import type { Root } from '../roots.ts';
import type { Place } from './concerns.ts';
import { lookAtFile } from './directory.ts';

/** Everything is looked for in full only each so many polls. */
const pollsOfAll = 10;

export interface MissingPlace {
  root: Root;
  place: Place;
  /** What is in it once it is there came then. */
  isNew: boolean;
  /** The first path that is missing, its links followed. */
  lacks: string;
  /** No notice tells when it comes: what lay on it went. */
  isSilent: boolean;
}

export interface Missing {
  note(one: MissingPlace): void;
  found(root: Root, place: Place): void;
  /** Those that a path was lacking for. */
  lacking(root: Root, path: string): MissingPlace[];
  /** Those that may have come since the last time this was asked. */
  perhapsThere(isWatched: (root: Root, directory: string) => boolean): MissingPlace[];
  clear(): void;
}

export function missingPlaces(): Missing {
  const all = new Map<string, MissingPlace>();
  let polls = 0;
  const keyOf = (root: Root, place: Place): string => `${root.key} ${place.directory} ${place.concern}`;
  return {
    note(one) {
      const key = keyOf(one.root, one.place);
      all.set(key, { ...one, isSilent: one.isSilent || all.get(key)?.isSilent === true });
    },
    found: (root, place) => void all.delete(keyOf(root, place)),
    lacking: (root, path) => [...all.values()].filter((one) => one.root === root && one.lacks === path),
    perhapsThere(isWatched) {
      polls += 1;
      const isOfAll = polls % pollsOfAll === 1;
      /** Many places of a home lack the home itself. */
      const looked = new Map<string, boolean>();
      const isThere = ({ root, lacks }: MissingPlace): boolean => {
        const key = `${root.key} ${lacks}`;
        const known = looked.get(key);
        if (known !== undefined) return known;
        const prefix = root.prefix();
        const now = !isWatched(root, lacks.slice(0, lacks.lastIndexOf('/')) || '/') && prefix !== undefined && lookAtFile(`${prefix}${lacks}`) !== undefined;
        looked.set(key, now);
        return now;
      };
      return [...all.values()].filter((one) => isOfAll || one.isSilent || isThere(one));
    },
    clear: () => all.clear(),
  };
}
