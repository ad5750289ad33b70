/** Receivers for log routers: `forward` (the Fluent forward protocol) and `httpReceiver`. */
export { forward, type Receiver, type ReceiverDependencies } from './forward.ts';
export { httpReceiver } from './http.ts';
export { forwardOptions, httpReceiverOptions, type ForwardOptions, type HttpReceiverOptions } from './options.ts';
export type { KnownTask } from './line.ts';
