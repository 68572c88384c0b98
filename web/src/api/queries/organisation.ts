import { infiniteQueryOptions } from '@tanstack/react-query';
import { $api, api, type Schemas } from '@/api/client';
import type { paths } from '@/api/schema';

const inOrganisation = (organisationId: string) => ({ params: { path: { organisation_id: organisationId } } });
const most = { limit: 100 };

export const membersQuery = (organisationId: string) =>
  $api.queryOptions('get', '/v1/organisations/{organisation_id}/members', {
    params: { path: { organisation_id: organisationId }, query: most },
  });

/** invitationsQuery is the invitations that can still be taken; owners alone may see them. */
export const invitationsQuery = (organisationId: string) =>
  $api.queryOptions('get', '/v1/organisations/{organisation_id}/invitations', {
    params: { path: { organisation_id: organisationId }, query: most },
  });

/** receivedInvitationsQuery is the invitations that the user can take. */
export const receivedInvitationsQuery = () => $api.queryOptions('get', '/v1/invitations');

/** organisationTokensQuery is the organisation's tokens, whoever made them; owners alone may see them. */
export const organisationTokensQuery = (organisationId: string) =>
  $api.queryOptions('get', '/v1/organisations/{organisation_id}/tokens', {
    params: { path: { organisation_id: organisationId }, query: most },
  });

/** ownTokensQuery is the user's own tokens, those for organisations among them. */
export const ownTokensQuery = () => $api.queryOptions('get', '/v1/tokens', { params: { query: most } });

/** quotasQuery is what an organisation may use and what it uses. */
export const quotasQuery = (organisationId: string) =>
  $api.queryOptions('get', '/v1/organisations/{organisation_id}/quotas', inOrganisation(organisationId));

export type AuditFilter = NonNullable<paths['/v1/organisations/{organisation_id}/audit-events']['get']['parameters']['query']>;

/** auditQuery is the audit log of an organisation, a page at a time, newest first. */
export const auditQuery = (organisationId: string, filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['get', '/v1/organisations/{organisation_id}/audit-events', inOrganisation(organisationId), filter],
    queryFn: async ({ pageParam, signal }) => {
      const { data } = await api.GET('/v1/organisations/{organisation_id}/audit-events', {
        params: { path: { organisation_id: organisationId }, query: { limit: 50, ...filter, ...(pageParam ? { cursor: pageParam } : {}) } },
        signal,
      });
      return data as Schemas['PageAuditEvent'];
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
  });
