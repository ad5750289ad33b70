/** Where things are in the range: addresses and names of the task and of what lies outside it; none leaves its namespaces. */

export const taskAddress = '10.77.1.5';
/** The far end of the task's only link. */
export const gatewayAddress = '10.77.1.1';
export const nameServerAddress = '10.77.0.2';
export const databaseAddress = '10.77.2.20';
export const databasePort = 5432;
/** Load balancers, whence clients come. */
export const clientAddresses = ['10.77.0.11', '10.77.0.12'] as const;
export const metadataAddress = '169.254.170.2';
export const applicationPort = 8080;
/** Where the log router finds the sidecar. */
export const forwardPort = 24_225;
export const httpPort = 24_226;

export const taskId = '6a1f0c2e5b7d4e8f9a0b1c2d3e4f5a6b';
export const taskArn = `arn:aws:ecs:eu-west-1:123456789012:task/prod/${taskId}`;
export const metadataUri = `http://${metadataAddress}/v4/${taskId}-2531612879`;

/** Names that the application calls, with the addresses they may have: those of one owner lie in one network. */
export const services: Readonly<Record<string, readonly string[]>> = {
  'api.quickpay.com': Array.from({ length: 12 }, (_, index) => `151.101.65.${10 + index}`),
  's3.eu-west-1.amazonaws.com': ['52.218.36.10', '52.218.36.11'],
};
export const servicePort = 443;

/** Addresses of nobody the application knows; each attack takes one for itself. */
export const strangers = Array.from({ length: 60 }, (_, index) => `${[185, 45, 91, 193, 104][index % 5] ?? 185}.${20 + index}.${7 + index * 3}.${11 + index}`);

/** A domain whose name server belongs to an intruder: every name in it has an answer. */
export const tunnelDomain = 'cdn-sync.net';
