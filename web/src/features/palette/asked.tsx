import type { Schemas } from '@/api/client';
import { ActionDialog } from '@/features/deployment/action-dialog';
import type { Action } from '@/features/deployment/actions';
import CreateOrganisation from '@/features/organisation/create-organisation';
import { NodeStateDialog } from '@/features/platform/node-state-dialog';
import { DeployDialog } from '@/features/project/deploy-dialog';
import { type Pinned, UnpinDialog } from '@/features/project/unpin-dialog';
import { AutoDeployDialog } from '@/features/settings/auto-deploy-dialog';
import KeysDialog from '@/features/shell/keys-dialog';

/** Asked is what a command opens a dialog for: the one that the button of the same name opens. */
export type Asked =
  | { to: 'deploy'; organisation: Schemas['Organisation']; project: Schemas['Project'] }
  | { to: 'act'; action: Action; deploymentId: string; params: { org: string; project: string } }
  | { to: 'unpin'; pinned: Pinned }
  | { to: 'follow'; project: Schemas['Project']; follows: boolean }
  | { to: 'node state'; node: Schemas['Node']; state: Schemas['Node']['state'] }
  | { to: 'create organisation' }
  | { to: 'keys' };

type Props = { asked: Asked; open: boolean; onOpenChange: (open: boolean) => void };

/** AskedDialog is the dialog that a command has opened. */
export function AskedDialog({ asked, ...dialog }: Props) {
  switch (asked.to) {
    case 'deploy':
      return <DeployDialog {...dialog} organisation={asked.organisation} project={asked.project} />;
    case 'act':
      return <ActionDialog {...dialog} action={asked.action} deploymentId={asked.deploymentId} params={asked.params} />;
    case 'unpin':
      return <UnpinDialog {...dialog} pinned={asked.pinned} />;
    case 'follow':
      return <AutoDeployDialog {...dialog} project={asked.project} follows={asked.follows} />;
    case 'node state':
      return <NodeStateDialog {...dialog} node={asked.node} to={asked.state} />;
    case 'create organisation':
      return <CreateOrganisation {...dialog} />;
    case 'keys':
      return <KeysDialog {...dialog} />;
  }
}
