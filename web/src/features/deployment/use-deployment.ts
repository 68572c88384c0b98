import { useSuspenseQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { deploymentQuery } from '@/api/queries/deployments';
import { isUnderWay } from './under-way';

const pollEvery = 3_000;

/**
 * useDeployment is a deployment as it is now. The project's stream tells of its changes. While it is under way it is also asked for: its place in a queue
 * moves when others are done.
 */
export function useDeployment(deploymentId: string): Schemas['Deployment'] {
  const { data } = useSuspenseQuery({
    ...deploymentQuery(deploymentId),
    refetchInterval: ({ state }) => (state.data && isUnderWay(state.data.state) ? pollEvery : false),
  });

  return data;
}
