/** Who received what was sent: the peer with the largest share, and those outside that the service never sent to. */
import ipaddr from 'ipaddr.js';
import type { NetworkMinute, SetView } from '#contract';
import { usualSize } from '../sizes.ts';

const insideRanges = new Set(['private', 'uniqueLocal', 'linkLocal', 'loopback', 'carrierGradeNat']);

/** Is a peer a network of a private range? Names and cloud services are outside. */
export function isInside(peer: string): boolean {
  const slash = peer.indexOf('/');
  const address = slash < 0 ? peer : peer.slice(0, slash);
  return ipaddr.isValid(address) && insideRanges.has(ipaddr.process(address).range());
}

export interface Receiver {
  peer: string;
  sentBytes: number;
  isNew: boolean;
}

/** The first of those who got most; it is new only where the set of peers is ready to say so. */
export function mainReceiver({ sentByPeer }: NetworkMinute, peers: SetView): Receiver | undefined {
  for (const [peer, sentBytes] of sentByPeer) return sentBytes > 0 ? { peer, sentBytes, isNew: isNew(peer, peers) } : undefined;
  return undefined;
}

/** The one outside, never sent to, that got most. */
export function newReceiver({ sentByPeer }: NetworkMinute, peers: SetView): Receiver | undefined {
  for (const [peer, sentBytes] of sentByPeer) {
    if (sentBytes > 0 && isNew(peer, peers) && !isInside(peer)) return { peer, sentBytes, isNew: true };
  }
  return undefined;
}

/** Distinct peers for each time one was sent to: above, each was met under ten times, as the clients of a public service are. */
const openShare = 0.1;

/** To whoever answers all the world nobody is new. */
function isNew(peer: string, peers: SetView): boolean {
  if (!peers.isReady || peers.isOverflowing || peers.size > openShare * peers.history.count) return false;
  return !peers.of(peer).isUsual;
}

/** Peers that were sent anything: those with less than a thousandth of the minute only answered or asked. */
export function receiversOf({ sentByPeer, sentBytes }: NetworkMinute): string[] {
  const receivers: string[] = [];
  for (const [peer, bytes] of sentByPeer) if (bytes * 1_000 >= sentBytes && bytes > 0) receivers.push(peer);
  return receivers;
}

/** Those of a minute that got most teach how much is usual of them: a service that answers all the world has no room for all. */
const sizedLimit = 8;

export function sizedReceivers({ sentByPeer }: NetworkMinute): { peer: string; sentBytes: number }[] {
  const receivers: { peer: string; sentBytes: number }[] = [];
  for (const [peer, sentBytes] of sentByPeer) {
    if (receivers.length >= sizedLimit || sentBytes === 0) break;
    receivers.push({ peer, sentBytes });
  }
  return receivers;
}

export interface Large {
  floorBytes: number;
  /** Times the most that is usual. */
  times: number;
  /** Peers that usually get more are not asked about. */
  mostUsualBytes: number;
}

/** The first that got far more than it ever did; only of those whose usual amounts are known. */
export function largeReceiver({ sentByPeer }: NetworkMinute, shares: SetView, { floorBytes, times, mostUsualBytes }: Large): { peer: string; sentBytes: number; usualBytes: number } | undefined {
  if (!shares.isReady || shares.isOverflowing) return undefined;
  for (const [peer, sentBytes] of sentByPeer) {
    if (sentBytes < floorBytes) break;
    const usualBytes = usualSize(shares, peer);
    if (usualBytes !== undefined && usualBytes <= mostUsualBytes && sentBytes > times * usualBytes) return { peer, sentBytes, usualBytes };
  }
  return undefined;
}
