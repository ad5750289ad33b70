/** All detectors that ship; a new one is a folder and a line here. */
import type { Detector } from '#contract';
import { beacon } from './beacon/detector.ts';
import { credentialAccess } from './credential-access/detector.ts';
import { cryptoMiner } from './crypto-miner/detector.ts';
import { dnsTunnel } from './dns-tunnel/detector.ts';
import { interactiveShell } from './interactive-shell/detector.ts';
import { masquerade } from './masquerade/detector.ts';
import { miningPool } from './mining-pool/detector.ts';
import { mutedLogs } from './muted-logs/detector.ts';
import { networkScan } from './network-scan/detector.ts';
import { newListener } from './new-listener/detector.ts';
import { newProgram } from './new-program/detector.ts';
import { oddDownload } from './odd-download/detector.ts';
import { preload } from './preload/detector.ts';
import { privilegeGain } from './privilege-gain/detector.ts';
import { processInjection } from './process-injection/detector.ts';
import { programEgress } from './program-egress/detector.ts';
import { egressVolume } from './egress-volume/detector.ts';
import { logNovelty } from './log-novelty/detector.ts';
import { logRate } from './log-rate/detector.ts';
import { newDestination } from './new-destination/detector.ts';
import { privilegeChange } from './privilege-change/detector.ts';
import { programOrigin } from './program-origin/detector.ts';
import { resourceUsage } from './resource-usage/detector.ts';
import { sensitiveFile } from './sensitive-file/detector.ts';

export const detectors: readonly Detector[] = [
  newDestination as Detector,
  egressVolume as Detector,
  resourceUsage as Detector,
  logNovelty as Detector, logRate as Detector,
  privilegeChange as Detector,
  credentialAccess as Detector, programEgress as Detector, newListener as Detector,
  beacon as Detector, networkScan as Detector, dnsTunnel as Detector, oddDownload as Detector,
  cryptoMiner as Detector, miningPool as Detector,
  newProgram as Detector, programOrigin as Detector, masquerade as Detector, interactiveShell as Detector,
  privilegeGain as Detector, processInjection as Detector, preload as Detector,
  sensitiveFile as Detector, mutedLogs as Detector,
];
