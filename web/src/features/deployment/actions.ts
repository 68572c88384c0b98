import type { Schemas } from '@/api/client';
import { isUnderWay } from './under-way';

export type Action = Schemas['DeploymentAction'];
export type ActionName = Action['action'];

/** whyNot says why an action is not possible now; empty where it is. */
export function whyNot({ allowed, reason }: Action): string {
  return allowed ? '' : reason || 'This is not possible now.';
}

/** mainAction is the one that has a button of its own, by how the deployment is. The others are in a menu. */
export function mainAction({ state }: Schemas['Deployment']): ActionName {
  if (isUnderWay(state)) return 'cancel';
  return state === 'retired' ? 'rollback' : 'redeploy';
}
