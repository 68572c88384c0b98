import createFetchClient from 'openapi-fetch';
import createQueryClient from 'openapi-react-query';
import { noteAnswer } from './answers';
import { learnClock } from './clock';
import { problemOf } from './problem';
import { noteRefusal } from './refusal';
import type { components, paths } from './schema';
import { noteSessionEnd } from './session-end';

/** Schemas are the types of /v1, by name. */
export type Schemas = components['schemas'];

/** api sends requests to /v1 in the browser's session. What is no success is thrown as an ApiProblem. */
export const api = createFetchClient<paths>({
  baseUrl: window.location.origin,
  credentials: 'same-origin',
  // Looked up with each request, so that tests can stand in for the platform.
  fetch: (request) => globalThis.fetch(request),
});

api.use({
  async onResponse({ response }) {
    learnClock(response);
    if (response.status < 500) noteAnswer();
    if (response.status === 401) noteSessionEnd();
    if (response.status === 403) noteRefusal();
    if (!response.ok) throw await problemOf(response);
  },
});

/** $api has the same operations as hooks of TanStack Query. */
export const $api = createQueryClient(api);
