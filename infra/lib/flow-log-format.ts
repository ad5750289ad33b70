/** The fields of flow logs that attribution uses, in the order in which they are delivered to a log group. */

/** Default fields first, then addresses behind NAT, direction and the names that ECS gives. */
export const flowLogFields = [
  'version', 'account-id', 'interface-id', 'srcaddr', 'dstaddr', 'srcport', 'dstport', 'protocol', 'packets', 'bytes', 'start', 'end', 'action', 'log-status',
  'vpc-id', 'subnet-id', 'tcp-flags', 'type', 'pkt-srcaddr', 'pkt-dstaddr', 'region', 'az-id', 'pkt-src-aws-service', 'pkt-dst-aws-service', 'flow-direction', 'traffic-path',
  'ecs-cluster-arn', 'ecs-cluster-name', 'ecs-container-id', 'ecs-service-name', 'ecs-task-definition-arn', 'ecs-task-arn', 'ecs-task-id',
] as const;

/** As `LogFormat` of a flow log wants it: `${version} ${account-id} …`. */
export const flowLogFormat = flowLogFields.map((field) => `\${${field}}`).join(' ');
