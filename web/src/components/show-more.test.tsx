import { fireEvent, render } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { ApiProblem } from '@/api/problem';
import { ShowMore } from './show-more';

const pages = { hasNextPage: true, isFetchingNextPage: false, isFetchNextPageError: false, error: null, fetchNextPage: vi.fn() };

test('the last page has nothing below it', () => {
  expect(render(<ShowMore pages={{ ...pages, hasNextPage: false }} />).container.textContent).toBe('');
});

test('a page that could not be fetched says why, and is asked for again', () => {
  const fetchNextPage = vi.fn();
  const error = new ApiProblem(500, 'The database does not answer.');
  const { getByRole } = render(<ShowMore pages={{ ...pages, isFetchNextPageError: true, error, fetchNextPage }} />);

  expect(getByRole('alert').textContent).toBe('The database does not answer.');
  fireEvent.click(getByRole('button', { name: 'Try again' }));
  expect(fetchNextPage).toHaveBeenCalledOnce();
});
