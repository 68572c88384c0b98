import { $api } from '@/api/client';

/** sessionQuery is who is signed in. */
export const sessionQuery = () => $api.queryOptions('get', '/v1/session');

/** organisationsQuery is the organisations of which the user is a member. */
export const organisationsQuery = () => $api.queryOptions('get', '/v1/organisations', { params: { query: { limit: 100 } } });

/** organisationBySlugQuery is the user's organisations that have a slug, or had it until they were renamed. */
export const organisationBySlugQuery = (slug: string) => $api.queryOptions('get', '/v1/organisations', { params: { query: { slug } } });
