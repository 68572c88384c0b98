import { $api } from '@/api/client';

/** channelsQuery is where an organisation is told of failures; viewers may not see them. */
export const channelsQuery = (organisationId: string) =>
  $api.queryOptions('get', '/v1/organisations/{organisation_id}/notification-channels', {
    params: { path: { organisation_id: organisationId }, query: { limit: 100 } },
  });
