import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { Text } from '@/components/text';
import { Duration, Time } from '@/components/time';
import { Commit } from './commit';
import { DeploymentState } from './deployment-state';
import { triggerWords } from './trigger';
import { withoutAddress } from './without-address';

type Props = { organisation: string; project: string; deployments: Schemas['Deployment'][] };

/** DeploymentList is deployments below each other, each leading to its page. */
export function DeploymentList({ organisation, project, deployments }: Props) {
  return (
    <ul className="divide-y divide-line">
      {deployments.map((deployment) => (
        <li
          key={deployment.id}
          className="relative flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3 hover:bg-hover sm:flex-nowrap sm:px-5"
        >
          <div className="shrink-0 pt-px max-sm:flex-1 sm:w-28">
            <DeploymentState state={deployment.state} />
          </div>
          <div className="min-w-0 flex-1 max-sm:order-last max-sm:basis-full">
            <Link
              to="/o/$org/projects/$project/deployments/$deploymentId"
              params={{ org: organisation, project, deploymentId: deployment.id }}
              className="flex min-w-0 no-underline after:absolute after:inset-0"
            >
              <Commit deployment={deployment} />
            </Link>
            <p className="mt-0.5 text-quiet text-sm">
              <Text text={deployment.environment} />
              {deployment.environment === 'production' ? '' : ' (preview)'} from <Text text={deployment.branch} />{' '}
              {triggerWords(deployment.trigger)}
              {deployment.commit_author && (
                <>
                  , commit by <Text text={withoutAddress(deployment.commit_author)} />
                </>
              )}
            </p>
          </div>
          <div className="shrink-0 text-right text-quiet text-sm">
            <p>
              <Time at={deployment.created_at} />
            </p>
            {deployment.started_at && (
              <p className="max-sm:hidden">
                <Duration from={deployment.started_at} to={deployment.ended_at} />
              </p>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
