import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { GuardedButton } from '@/components/guarded-button';
import { Menu, MenuItem } from '@/components/menu';
import { ActionDialog } from './action-dialog';
import { actionWords } from './action-words';
import { type Action, mainAction, whyNot } from './actions';

type Props = { deployment: Schemas['Deployment']; params: { org: string; project: string } };

/** DeploymentActions are what can be done with a deployment. Each says before what it will do; one that cannot be done says why. */
export function DeploymentActions({ deployment, params }: Props) {
  const [chosen, setChosen] = useState<Action>();
  const [open, setOpen] = useState(false);

  const actions = deployment.actions ?? [];
  const main = actions.find(({ action }) => action === mainAction(deployment));
  const ask = (action: Action) => {
    setChosen(action);
    setOpen(true);
  };

  return (
    <>
      {main && (
        <GuardedButton reason={whyNot(main) || undefined} onClick={() => ask(main)}>
          {actionWords[main.action].verb}
        </GuardedButton>
      )}
      <Menu
        trigger={
          <Button square aria-label="More actions">
            <Ellipsis aria-hidden />
          </Button>
        }
      >
        {actions.map((action) => {
          const { verb, icon, danger } = actionWords[action.action];
          return (
            <MenuItem
              key={action.action}
              icon={icon}
              danger={danger && action.allowed}
              disabled={!action.allowed}
              hint={whyNot(action) || undefined}
              onSelect={() => ask(action)}
            >
              {verb}
            </MenuItem>
          );
        })}
      </Menu>
      {chosen && <ActionDialog open={open} onOpenChange={setOpen} deploymentId={deployment.id} action={chosen} params={params} />}
    </>
  );
}
