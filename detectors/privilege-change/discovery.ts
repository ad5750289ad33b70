/** Looking around: calls by which somebody learns what an account or a cluster holds; one is nothing, many new ones are. */
import type { ApiActivity } from '#contract';
import { operationOf } from './act.ts';

const looks: Readonly<Record<string, RegExp>> = {
  'iam.amazonaws.com': /^(?:List(?:Users|Roles|Groups|Policies|AccessKeys|AccountAliases|SAMLProviders|OpenIDConnectProviders|SSHPublicKeys|SigningCertificates|VirtualMFADevices|InstanceProfiles|GroupsForUser|AttachedUserPolicies|UserPolicies|ServiceSpecificCredentials)|GetAccount(?:AuthorizationDetails|Summary|PasswordPolicy)|GetUser|GetLoginProfile|SimulatePrincipalPolicy|SimulateCustomPolicy)$/,
  'sts.amazonaws.com': /^GetCallerIdentity$/,
  'organizations.amazonaws.com': /^(?:DescribeOrganization|List(?:Accounts|Roots|Policies|DelegatedAdministrators|OrganizationalUnitsForParent))$/,
  'account.amazonaws.com': /^Get(?:ContactInformation|AlternateContact|PrimaryEmail)$/,
  's3.amazonaws.com': /^(?:ListBuckets|GetBucketAcl|GetBucketPolicyStatus|GetBucketPublicAccessBlock|GetObjectLockConfiguration|GetBucketOwnershipControls)$/,
  'ec2.amazonaws.com': /^(?:Describe(?:Instances|SecurityGroups|Snapshots|Images|KeyPairs|Vpcs|Subnets|Volumes|Regions|AccountAttributes|NetworkInterfaces|RouteTables|FlowLogs|SnapshotAttribute|InstanceStatus|VolumeStatus|VolumesModifications|BundleTasks|ClientVpnRoutes|Addresses|NetworkAcls|VpcPeeringConnections|TransitGateways|LaunchTemplates|IamInstanceProfileAssociations|InstanceTypeOfferings|CarrierGateways|DhcpOptions)|GetEbsEncryptionByDefault)$/,
  'secretsmanager.amazonaws.com': /^(?:ListSecrets|DescribeSecret)$/,
  'ssm.amazonaws.com': /^(?:DescribeInstanceInformation|DescribeParameters|ListDocuments|GetInventory)$/,
  'lambda.amazonaws.com': /^(?:ListFunctions|GetFunction|ListLayers|GetPolicy|ListEventSourceMappings)$/,
  'rds.amazonaws.com': /^Describe(?:DBInstances|DBClusters|DBSnapshots|DBProxies|DBSubnetGroups|GlobalClusters|DBEngineVersions|BlueGreenDeployments|PendingMaintenanceActions)$/,
  'ecs.amazonaws.com': /^(?:ListClusters|ListServices|ListTasks|ListTaskDefinitions|DescribeTaskDefinition)$/,
  'eks.amazonaws.com': /^(?:ListClusters|DescribeCluster|ListAccessEntries|DescribeAccessEntry|ListAssociatedAccessPolicies)$/,
  'ecr.amazonaws.com': /^(?:DescribeRepositories|ListImages)$/,
  'dynamodb.amazonaws.com': /^ListTables$/,
  'kms.amazonaws.com': /^(?:ListKeys|ListAliases)$/,
  'cloudtrail.amazonaws.com': /^(?:DescribeTrails|ListTrails|GetTrailStatus|GetEventSelectors|LookupEvents)$/,
  'guardduty.amazonaws.com': /^(?:ListDetectors|GetDetector|ListFindings|GetFindings|ListIPSets)$/,
  'logs.amazonaws.com': /^(?:DescribeLogGroups|DescribeLogStreams)$/,
  'monitoring.amazonaws.com': /^(?:DescribeAlarms|DescribeAlarmsForMetric)$/,
  'events.amazonaws.com': /^(?:ListRules|ListTargetsByRule)$/,
  'ses.amazonaws.com': /^(?:GetAccount|GetAccountSendingEnabled|GetSendQuota|GetSendStatistics|ListIdentities|ListEmailIdentities|GetIdentityVerificationAttributes|GetIdentityDkimAttributes|ListVerifiedEmailAddresses|ListConfigurationSets)$/,
  'sns.amazonaws.com': /^(?:GetSMSAttributes|ListTopics|ListOriginationNumbers|ListSubscriptions|GetSMSSandboxAccountStatus)$/,
  'servicequotas.amazonaws.com': /^(?:ListServiceQuotas|GetServiceQuota|ListServices)$/,
  'ce.amazonaws.com': /^Get(?:CostAndUsage|CostForecast)$/,
  'bedrock.amazonaws.com': /^(?:List(?:FoundationModels|CustomModels|KnowledgeBases|FoundationModelAgreementOffers|ProvisionedModelThroughputs)|Get(?:FoundationModelAvailability|KnowledgeBase|UseCaseForModelAccess|ModelInvocationLoggingConfiguration))$/,
  'sagemaker.amazonaws.com': /^List(?:Models|NotebookInstances|Endpoints|Domains)$/,
  'aoss.amazonaws.com': /^List(?:AccessPolicies|Collections)$/,
  'glacier.amazonaws.com': /^ListVaults$/,
  'lightsail.amazonaws.com': /^Get(?:Regions|Instances)$/,
  'resource-explorer-2.amazonaws.com': /^(?:Search|ListResources)$/,
  'route53.amazonaws.com': /^ListHostedZones$/,
  'route53domains.amazonaws.com': /^ListDomains$/,
  'elasticloadbalancing.amazonaws.com': /^DescribeLoadBalancers$/,
  'cloudformation.amazonaws.com': /^(?:ListStacks|DescribeStacks|GetTemplate)$/,
  'apigateway.amazonaws.com': /^GetRestApis$/,
  'appsync.amazonaws.com': /^(?:ListGraphqlApis|GetIntrospectionSchema)$/,
  'servicecatalog-appregistry.amazonaws.com': /^ListApplications$/,
  'discovery-marketplace.amazonaws.com': /^GetListingView$/,
};

/** Kubernetes: what may I do, and what is there, across the cluster. */
const clusterLooks = /^(?:create self(?:subject(?:access|rules)reviews)|list (?:clusterroles|clusterrolebindings|roles|rolebindings|nodes|namespaces|serviceaccounts|secrets|pods|configmaps|networkpolicies|deployments|daemonsets|services))$/;

/** The name of the look, or undefined for a call that tells little of the account. */
export function lookOf(activity: ApiActivity): string | undefined {
  if (activity.system === 'kubernetes') return clusterLooks.test(activity.operation) ? activity.operation : undefined;
  const operation = operationOf(activity);
  return Object.hasOwn(looks, activity.service) && looks[activity.service]?.test(operation) === true ? `${activity.service.replace('.amazonaws.com', '')} ${operation}` : undefined;
}
