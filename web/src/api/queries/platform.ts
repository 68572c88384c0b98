import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { $api, api } from '@/api/client';
import type { paths } from '@/api/schema';

// No stream tells of what happens inside the platform: its pages ask again while somebody looks at them.
const polled = { refetchInterval: 5_000 };
// The most that one answer holds.
const most = { params: { query: { limit: 200 } } };
const all = { params: { query: { limit: 500 } } };

export const nodesQuery = () => $api.queryOptions('get', '/v1/nodes', all, polled);

export const nodeQuery = (nodeId: string) =>
  $api.queryOptions('get', '/v1/nodes/{node_id}', { params: { path: { node_id: nodeId } } }, polled);

/** nodeVMsQuery is the VMs of which something is left on a node, oldest first. */
export const nodeVMsQuery = (nodeId: string) =>
  $api.queryOptions('get', '/v1/nodes/{node_id}/vms', { params: { path: { node_id: nodeId }, query: { limit: 500 } } }, polled);

export const buildersQuery = () => $api.queryOptions('get', '/v1/builders', all, polled);

export const edgesQuery = () => $api.queryOptions('get', '/v1/edges', all, polled);

export const edgeQuery = (edgeId: string) =>
  $api.queryOptions('get', '/v1/edges/{edge_id}', { params: { path: { edge_id: edgeId } } }, polled);

/** nodeTokensQuery is the tokens with which a node's agent may sign in, newest first; edgeTokensQuery those of an edge's proxy. */
export const nodeTokensQuery = (nodeId: string) =>
  $api.queryOptions('get', '/v1/nodes/{node_id}/tokens', { params: { path: { node_id: nodeId }, query: { limit: 200 } } }, polled);

export const edgeTokensQuery = (edgeId: string) =>
  $api.queryOptions('get', '/v1/edges/{edge_id}/tokens', { params: { path: { edge_id: edgeId }, query: { limit: 200 } } }, polled);

/** machineSettingsQuery is what a new machine is told of the platform. */
export const machineSettingsQuery = () => $api.queryOptions('get', '/v1/machine-settings');

/** queueQuery is how full the queues are. */
export const queueQuery = () => $api.queryOptions('get', '/v1/queue', {}, polled);

export type PlatformAuditFilter = NonNullable<paths['/v1/audit-events']['get']['parameters']['query']>;

/** platformAuditQuery is the audit log of the platform and of all organisations, a page at a time, newest first. */
export const platformAuditQuery = (filter: PlatformAuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['get', '/v1/audit-events', filter],
    queryFn: async ({ pageParam, signal }) => {
      const { data } = await api.GET('/v1/audit-events', {
        params: { query: { limit: 50, ...filter, ...(pageParam ? { cursor: pageParam } : {}) } },
        signal,
      });
      if (!data) throw new Error('The platform answered without a page.');
      return data;
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export type QueueFilter = Pick<NonNullable<paths['/v1/queue/jobs']['get']['parameters']['query']>, 'state' | 'queue'>;

/** queueJobsQuery is what runs and what waits, a page at a time. */
export const queueJobsQuery = (filter: QueueFilter) =>
  infiniteQueryOptions({
    ...polled,
    queryKey: ['get', '/v1/queue/jobs', filter],
    queryFn: async ({ pageParam, signal }) => {
      const { data } = await api.GET('/v1/queue/jobs', {
        params: { query: { ...filter, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
        signal,
      });
      if (!data) throw new Error('The platform answered without a page.');
      return data;
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

/** waitingDeploymentsQuery is the deployments that wait without a job, oldest first. */
export const waitingDeploymentsQuery = () => $api.queryOptions('get', '/v1/queue/deployments', most, polled);

/** leaksQuery is what no row needs, and how well was looked for it. */
export const leaksQuery = () => $api.queryOptions('get', '/v1/leaks', most, polled);

/** leakLooksQuery is when each place was last looked through. */
export const leakLooksQuery = () => $api.queryOptions('get', '/v1/leaks/looks', all, polled);

export const platformQuotasQuery = () => $api.queryOptions('get', '/v1/quotas');

/** organisationQuotasQuery is what was set for the organisation with that slug. */
export const organisationQuotasQuery = (slug: string) =>
  $api.queryOptions('get', '/v1/quotas/{organisation_slug}', { params: { path: { organisation_slug: slug } } });

export const usersQuery = () => $api.queryOptions('get', '/v1/users', all);
