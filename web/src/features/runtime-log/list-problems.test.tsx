import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { ApiProblem } from '@/api/problem';
import { ListProblems } from './list-problems';
import { MergedLog } from './merged-log';

const show = (status: number) => {
  const view = { ...new MergedLog([]).view, following: 'lost' as const, followProblem: new ApiProblem(status, 'The reason.') };
  render(<ListProblems view={view} onRetry={() => undefined} />);
  return screen.getByRole('status').textContent;
};

test.each([0, 408, 429, 503])('a stream that ends with %i goes on by itself', (status) => {
  expect(show(status)).toContain('It goes on where it was');
});

test.each([401, 403, 404])('of a stream that is refused with %i nobody promises that it goes on', (status) => {
  const text = show(status);
  expect(text).not.toContain('It goes on');
  expect(text).toContain('load the page again');
  expect(text).toContain('The reason.');
});
