import { QueryClient } from '@tanstack/react-query';
import { afterEach, expect, test, vi } from 'vitest';
import { projectPagesQuery } from './projects';

afterEach(() => vi.unstubAllGlobals());

test('the projects behind the first page are fetched, too', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const { searchParams } = new URL(request.url);
    asked.push(searchParams.toString());
    return Response.json(searchParams.has('cursor') ? { items: [{ id: 'b' }] } : { items: [{ id: 'a' }], next_cursor: 'next' });
  });

  const { pages } = await new QueryClient().fetchInfiniteQuery({ ...projectPagesQuery('o'), pages: 3 });
  expect(pages.flatMap(({ items }) => items ?? [])).toEqual([{ id: 'a' }, { id: 'b' }]);
  expect(asked).toEqual(['organisation_id=o&limit=60', 'organisation_id=o&limit=60&cursor=next']);
});
