import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { Card } from '@/components/card';
import { Time } from '@/components/time';
import { nameOf } from './marks';

type Props = { deployments: Schemas['DeploymentMark'][]; phrase: string; organisation: string; project: string };

const shown = 10;

/** WentLive lists the deployments that stand as marks in the graphs. */
export function WentLive({ deployments, phrase, organisation, project }: Props) {
  const params = { org: organisation, project };

  return (
    <Card title={`Went live ${phrase}`} flush={deployments.length > 0}>
      {deployments.length === 0 ? (
        <p className="text-quiet">No deployment. Each one that goes live stands as a line in the graphs.</p>
      ) : (
        <ul className="divide-y divide-line">
          {deployments.slice(0, shown).map((deployment) => (
            <li key={deployment.id} className="flex items-baseline justify-between gap-4 px-4 py-2 sm:px-5">
              <Link
                to="/o/$org/projects/$project/deployments/$deploymentId"
                params={{ ...params, deploymentId: deployment.id }}
                className="font-mono text-sm hover:underline"
              >
                {nameOf(deployment)}
              </Link>
              <span className="text-quiet text-sm">
                <Time at={deployment.live_at} />
              </span>
            </li>
          ))}
          {deployments.length > shown && (
            <li className="px-4 py-2 text-sm sm:px-5">
              <Link to="/o/$org/projects/$project/deployments" params={params} className="text-quiet hover:text-text hover:underline">
                All deployments
              </Link>
            </li>
          )}
        </ul>
      )}
    </Card>
  );
}
