import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { $api } from '@/api/client';
import { Confirm } from '@/components/confirm';
import { useToast } from '@/components/toast';
import { actionWords } from './action-words';
import type { Action, ActionName } from './actions';

const paths = {
  cancel: '/v1/deployments/{deployment_id}/cancel',
  redeploy: '/v1/deployments/{deployment_id}/redeploy',
  rollback: '/v1/deployments/{deployment_id}/rollback',
  promote: '/v1/deployments/{deployment_id}/promote',
  restart: '/v1/deployments/{deployment_id}/restart',
} as const;

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  deploymentId: string;
  action: Action;
  params: { org: string; project: string };
};

/** ActionDialog says what an action with a deployment will do, does it, and leads to the deployment that comes of it. */
export function ActionDialog({ open, onOpenChange, deploymentId, action, params }: Props) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const run = useRun();
  const { title, verb, danger, done } = actionWords[action.action];

  const confirm = async () => {
    const result = await run(action.action, deploymentId);
    toast(done);
    await queryClient.invalidateQueries({ refetchType: 'active' });
    if (result.id === deploymentId) return;
    // A form with unsaved changes may keep the page: the dialog does not wait for that.
    void navigate({ to: '/o/$org/projects/$project/deployments/$deploymentId', params: { ...params, deploymentId: result.id } });
  };

  return (
    <Confirm open={open} onOpenChange={onOpenChange} title={title} action={verb} danger={danger} onConfirm={confirm}>
      <p className="wrap-anywhere">{action.effect}</p>
    </Confirm>
  );
}

/** useRun returns a function that does an action and returns the deployment that comes of it. */
function useRun() {
  const cancel = $api.useMutation('post', paths.cancel);
  const redeploy = $api.useMutation('post', paths.redeploy);
  const rollback = $api.useMutation('post', paths.rollback);
  const promote = $api.useMutation('post', paths.promote);
  const restart = $api.useMutation('post', paths.restart);
  const all = { cancel, redeploy, rollback, promote, restart };

  return (name: ActionName, deploymentId: string) => all[name].mutateAsync({ params: { path: { deployment_id: deploymentId } } });
}
