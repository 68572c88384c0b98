import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { $api, api, type Schemas } from '@/api/client';

type State = Schemas['Deployment']['state'];

/** DeploymentFilters choose deployments of a project; what is left out lets all pass. */
export type DeploymentFilters = { state?: State[]; environment_id?: string; text?: string };

export const deploymentQuery = (deploymentId: string) =>
  $api.queryOptions('get', '/v1/deployments/{deployment_id}', { params: { path: { deployment_id: deploymentId } } });

/** newestDeploymentsQuery is the last deployments of a project, newest first. */
export const newestDeploymentsQuery = (projectId: string, limit: number) =>
  $api.queryOptions('get', '/v1/projects/{project_id}/deployments', { params: { path: { project_id: projectId }, query: { limit } } });

/** deploymentPagesQuery is the deployments that filters let pass, a page at a time. */
export const deploymentPagesQuery = (projectId: string, filters: DeploymentFilters) =>
  infiniteQueryOptions({
    // It begins as the other queries of this operation do, so that a change puts all of them out of date.
    queryKey: ['get', '/v1/projects/{project_id}/deployments', 'pages', projectId, filters],
    queryFn: async ({ pageParam, signal }) => {
      const { data } = await api.GET('/v1/projects/{project_id}/deployments', {
        params: { path: { project_id: projectId }, query: { ...filters, limit: 25, cursor: pageParam || undefined } },
        signal,
      });
      if (!data) throw new Error('The platform answered without a page.');
      return data;
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

/** lastOutputQuery is the last lines that the VMs of a deployment wrote. */
export const lastOutputQuery = (deploymentId: string, tail = 20) =>
  $api.queryOptions('get', '/v1/deployments/{deployment_id}/runtime-logs', {
    params: { path: { deployment_id: deploymentId }, query: { tail } },
  });

/** newestWentLiveQuery is the last deployments that went live, newest first: those that measures can be of. */
export const newestWentLiveQuery = (projectId: string, limit = 25) =>
  $api.queryOptions('get', '/v1/projects/{project_id}/deployments', {
    params: { path: { project_id: projectId }, query: { state: ['live', 'retired'], limit } },
  });
