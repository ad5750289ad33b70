/** Who a notification is for, in outputs: also when its receiver left the configuration while it waited. */
import type { AlertingSettings } from '#contract';

/**
 * Names of outputs of a receiver. What was meant for one that is gone goes to the receiver of the root route, which
 * takes what nobody else does; `isReplaced` tells so.
 */
export function outputsOf({ receivers, route }: AlertingSettings, receiver: string): { outputs: readonly string[]; isReplaced: boolean } {
  if (Object.hasOwn(receivers, receiver)) return { outputs: receivers[receiver]!.outputs, isReplaced: false };
  const root = route.receiver ?? '';
  return { outputs: Object.hasOwn(receivers, root) ? receivers[root]!.outputs : [], isReplaced: true };
}
