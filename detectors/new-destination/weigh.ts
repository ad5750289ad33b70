/** How much a new destination matters: who it is, what is new about it, what was sent. */
import { severities, type Destination, type Severity } from '#contract';
import { isDynamic, machineMetadata } from './identity.ts';

/** What is known of a destination besides that it is new. */
export interface Novelty {
  /** The owner was met before, on another port. */
  isOwnerKnown: boolean;
  /** The port was used before, with another owner. */
  isPortKnown: boolean;
  /** Names of addresses are known in this telemetry at all; else the lack of one says nothing. */
  areNamesKnown: boolean;
  isDeployed: boolean;
  /** Destinations new to the service that this task met in the window, with this one. */
  together: number;
  /** There were more than are remembered. */
  hasMore: boolean;
}

export interface Thresholds {
  muchSentBytes: number;
  manyDestinations: number;
}

/** Ports by which machines and clusters are governed (SSH, RPC, SMB, RDP, WinRM, VNC, Docker, Kubernetes, kubelet). */
const governingPorts = new Set([22, 135, 139, 445, 2375, 2376, 3389, 5900, 5985, 5986, 6443, 10_250]);

/** Below are the ports of standard services (RFC 6335, section 6). */
const firstUserPort = 1_024;

/** Steps on the scale of severities, from 0. */
function weightOf(destination: Destination, novelty: Novelty): number {
  const { isPrivate, peerKind, port } = destination;
  const { isOwnerKnown, isPortKnown, areNamesKnown } = novelty;
  if (isPrivate) {
    if (governingPorts.has(port)) return 1;
    // Inside, dynamic ports are those of remote procedure calls, and who runs one standard service runs others.
    return isPortKnown || isDynamic(destination) || (isOwnerKnown && port < firstUserPort) ? 0 : 1;
  }
  if (isOwnerKnown) return isPortKnown ? 0 : 1;
  // Programs ask for names; who goes to a bare address on a port of its own has it from somewhere else.
  const isNameless = peerKind === 'network' && areNamesKnown;
  return isNameless && !isPortKnown ? 2 : 1;
}

export function severityOf(destination: Destination, novelty: Novelty, thresholds: Thresholds): Severity {
  if (novelty.together >= thresholds.manyDestinations) return 'high';
  if (machineMetadata.has(destination.addresses[0] ?? '')) return destination.isRejected ? 'medium' : 'high';
  let weight = weightOf(destination, novelty);
  if (destination.isRejected) weight -= 1;
  else if (!destination.isPrivate && destination.sentBytes >= thresholds.muchSentBytes) weight += 1;
  else if (novelty.isDeployed) weight -= 1;
  return severities[Math.max(0, Math.min(severities.length - 1, weight))]!;
}

/** 0.55 to 0.97: by severity, and within it by how many are new together, so that the last word names them all. */
export function scoreOf(severity: Severity, together: number): number {
  return 0.55 + 0.1 * severities.indexOf(severity) + 0.12 * (1 - 1 / together);
}

/** ATT&CK: what such a destination is most often used for. */
export function techniquesOf(destination: Destination, novelty: Novelty, { manyDestinations, muchSentBytes }: Thresholds): string[] {
  if (novelty.together >= manyDestinations) return ['T1046'];
  if (machineMetadata.has(destination.addresses[0] ?? '')) return ['T1552.005'];
  if (destination.isPrivate) return governingPorts.has(destination.port) ? ['T1021'] : ['T1570'];
  const sends = destination.sentBytes >= muchSentBytes ? ['T1048'] : [];
  return [novelty.isPortKnown ? 'T1071' : 'T1571', ...sends];
}
