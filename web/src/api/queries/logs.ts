import { $api } from '@/api/client';

/** logContextQuery is a line of a project's log with what its environment wrote around it. */
export const logContextQuery = (projectId: string, lineId: number, before: number, after: number) =>
  $api.queryOptions('get', '/v1/projects/{project_id}/logs/context', {
    params: { path: { project_id: projectId }, query: { around: lineId, before, after } },
  });
