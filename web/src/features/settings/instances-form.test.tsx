import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Schemas } from '@/api/client';
import { InstancesForm } from './instances-form';

afterEach(() => vi.unstubAllGlobals());

const quotas = { instances: { used: 3, limit: 50 } };

/** show draws the form on a platform with these regions, and returns the bodies that it sends. */
function show(project: Partial<Schemas['Project']>, regions: Schemas['Region'][]) {
  const sent: unknown[] = [];
  const whole = { id: 'p', organisation_id: 'o', instances: 3, ...project } as Schemas['Project'];

  vi.stubGlobal('fetch', async (request: Request) => {
    if (request.method === 'PATCH') sent.push(await request.json());
    const answer = request.method === 'PATCH' ? whole : request.url.endsWith('/v1/regions') ? { regions } : quotas;
    return new Response(JSON.stringify(answer), { headers: { 'Content-Type': 'application/json' } });
  });

  const page = createRootRoute({ component: () => <InstancesForm project={whole} reason={undefined} /> });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RouterProvider router={createRouter({ routeTree: page, history: createMemoryHistory() }) as never} />
    </QueryClientProvider>,
  );
  return sent;
}

const both = [
  { name: 'eu', ready: true },
  { name: 'us', ready: false },
];

test('a platform with one region asks for a number alone', async () => {
  show({}, [{ name: 'eu', ready: true }]);
  await screen.findByText(/of 50 instances/);
  expect(screen.queryByText('Where')).toBeNull();
});

test('regions are chosen, and their instances saved', async () => {
  const sent = show({}, both);
  fireEvent.click(await screen.findByLabelText(/In regions of your choice/));
  await screen.findByText(/No node of this region is ready now/);

  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect((await screen.findAllByText('Give at least one region an instance.')).length).toBeGreaterThan(0);

  fireEvent.change(screen.getByLabelText('Instances in us'), { target: { value: '2' } });
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(sent).toEqual([{ regions: [{ region: 'us', instances: 2 }] }]));
});

test('a project that names regions goes back to wherever there is room', async () => {
  const sent = show({ regions: [{ region: 'us', instances: 3 }] }, both);
  expect((await screen.findByLabelText<HTMLInputElement>('Instances in us')).value).toBe('3');

  fireEvent.click(screen.getByLabelText(/Wherever there is room/));
  fireEvent.change(await screen.findByLabelText('How many'), { target: { value: '4' } });
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(sent).toEqual([{ instances: 4, regions: [] }]));
});
