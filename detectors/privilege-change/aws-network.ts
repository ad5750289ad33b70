/** Acts that open ways for traffic and data in AWS: networks opened to the world, mirrors, peerings, file servers. */
import type { ApiActivity } from '#contract';
import { act, raised, type Act, type ActTable } from './act.ts';
import { textsUnder } from './request.ts';

/**
 * Open to the world counts at any width over /1 away from it: an address before `/0` still means everybody.
 * Ports of the web are opened to the world by design.
 */
const world = /^(?:[\d.]+|[0-9a-f:]*::?[0-9a-f:]*)\/[01]$/i;
const webPorts = new Set(['80', '443']);

function ingress(activity: ApiActivity): Act | undefined {
  const { request } = activity;
  const ranges = textsUnder(request, /^cidr(?:Ip|Ipv6|Block|_?ip)?(?:v4|v6)?$|^ipRanges$|^ipv6Ranges$/i);
  const base = act('network-opening', 'notable', 'low', 'opened|open', 'the security group', 'T1562.007');
  if (!ranges.some((range) => world.test(range))) return base;
  const ports = textsUnder(request, /^(?:fromPort|toPort)$/i);
  const isWeb = ports.length > 0 && ports.every((port) => webPorts.has(port));
  if (isWeb) return raised(base, { facets: ['world, web'], thing: 'the web port of the security group', after: 'to the world' });
  return raised(base, { gravity: 'grave', severity: 'high', facets: ['world'], after: `to the world${portName(ports)}` });
}

function portName(ports: readonly string[]): string {
  const [first] = ports;
  if (first === undefined || first === '-1' || ports.some((port) => port !== first)) return '';
  return ` (port ${first})`;
}

const acl = act('network-opening', 'notable', 'medium', 'changed|change', 'the network rules', 'T1562.007');
const way = (thing: string): Act => act('exposure', 'notable', 'medium', 'set up|set up', thing, 'T1074.002');

export const networkActs: ActTable = {
  'ec2.amazonaws.com': {
    AuthorizeSecurityGroupIngress: ingress,
    ModifySecurityGroupRules: ingress,
    CreateNetworkAclEntry: acl,
    ReplaceNetworkAclEntry: acl,
    DeleteNetworkAcl: acl,
    DeleteNetworkAclEntry: acl,
    CreateTrafficMirrorFilter: { ...way('a filter of mirrored traffic'), attack: 'T1040' },
    CreateTrafficMirrorFilterRule: { ...way('a filter of mirrored traffic'), attack: 'T1040' },
    ModifyTrafficMirrorSession: { ...way('a mirror of the traffic of'), gravity: 'grave', severity: 'high', attack: 'T1040' },
    CreateTrafficMirrorSession: { ...way('a mirror of the traffic of'), gravity: 'grave', severity: 'high', attack: 'T1040' },
    CreateTrafficMirrorTarget: { ...way('a target for mirrored traffic'), attack: 'T1040' },
    CreateVpcPeeringConnection: { ...way('a way to another network from'), attack: 'T1599' },
    AcceptVpcPeeringConnection: { ...way('a way to another network from'), attack: 'T1599' },
    AttachVolume: { ...way('reading of the volume'), past: 'attached', infinitive: 'attach', thing: 'the volume', severity: 'low' },
  },
  'rds.amazonaws.com': {
    AuthorizeDBSecurityGroupIngress: { ...acl, thing: 'who may reach the database', gravity: 'grave' },
  },
  'transfer.amazonaws.com': {
    CreateServer: { ...way('a file server'), attack: 'T1537', gravity: 'grave' },
    CreateUser: { ...way('a user of the file server'), attack: 'T1136.003' },
  },
  'datasync.amazonaws.com': { CreateTask: { ...way('copies of data to elsewhere'), attack: 'T1537' } },
  'route53resolver.amazonaws.com': { AssociateResolverRule: { ...way('another answer to name look-ups:'), attack: 'T1557' } },
};
