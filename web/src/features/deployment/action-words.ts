import { ArrowUpFromLine, Ban, History, type LucideIcon, RefreshCw, RotateCw } from 'lucide-react';
import type { ActionName } from './actions';

type Words = { verb: string; title: string; done: string; icon: LucideIcon; danger?: boolean };

/** actionWords is how each action is named, asked for and reported. */
export const actionWords: Record<ActionName, Words> = {
  cancel: { verb: 'Cancel', title: 'Cancel this deployment?', done: 'Cancelled', icon: Ban, danger: true },
  redeploy: { verb: 'Redeploy', title: 'Deploy this commit again?', done: 'Deploying again', icon: RefreshCw },
  rollback: { verb: 'Roll back to this', title: 'Roll back to this deployment?', done: 'Rolling back', icon: History },
  promote: { verb: 'Promote to production', title: 'Promote to production?', done: 'Promoting', icon: ArrowUpFromLine },
  restart: { verb: 'Restart', title: 'Restart the instances?', done: 'Restarting', icon: RotateCw },
};
