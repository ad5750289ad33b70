/** All detectors that ship; a new one is a folder and a line here. */
import type { Detector } from '#contract';
import { egressVolume } from './egress-volume/detector.ts';
import { logNovelty } from './log-novelty/detector.ts';
import { newDestination } from './new-destination/detector.ts';

export const detectors: readonly Detector[] = [newDestination as Detector, egressVolume as Detector, logNovelty as Detector];
