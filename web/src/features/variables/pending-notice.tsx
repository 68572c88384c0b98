import { useNavigate } from '@tanstack/react-router';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { GuardedButton } from '@/components/guarded-button';
import { Notice } from '@/components/notice';
import { namesOfPending } from './pending-names';

type Props = { changes: Schemas['PendingChanges']; reason: string | undefined };

/** PendingNotice says what an environment does not have yet of its variables and settings, and deploys what is live there again. */
export function PendingNotice({ changes, reason }: Props) {
  const navigate = useNavigate();
  const redeploy = $api.useMutation('post', '/v1/deployments/{deployment_id}/redeploy', {
    onSuccess: (deployment) => navigate({ to: '/deployments/$deploymentId', params: { deploymentId: deployment.id } }),
  });
  const where = changes.environment === 'production' ? 'Production' : `The preview ${changes.environment}`;

  return (
    <Notice
      tone="warn"
      title={`${where} needs a deployment`}
      actions={
        <GuardedButton
          reason={reason}
          size="small"
          busy={redeploy.isPending}
          onClick={() => redeploy.mutate({ params: { path: { deployment_id: changes.live_deployment_id } } })}
        >
          Redeploy
        </GuardedButton>
      }
    >
      <p>What is live there is from before these were changed: {namesOfPending(changes)}. A deployment of the same commit brings them.</p>
      {redeploy.error && (
        <p role="alert" className="mt-1 text-bad">
          {asProblem(redeploy.error).message}
        </p>
      )}
    </Notice>
  );
}
