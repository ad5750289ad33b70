/** All detectors that ship; a new one is a folder and a line here. */
import type { Detector } from '#contract';
import { egressVolume } from './egress-volume/detector.ts';
import { logNovelty } from './log-novelty/detector.ts';
import { logRate } from './log-rate/detector.ts';
import { newDestination } from './new-destination/detector.ts';
import { privilegeChange } from './privilege-change/detector.ts';
import { resourceUsage } from './resource-usage/detector.ts';

export const detectors: readonly Detector[] = [
  newDestination as Detector,
  egressVolume as Detector,
  resourceUsage as Detector,
  logNovelty as Detector, logRate as Detector,
  privilegeChange as Detector,
];
