import { describe, expect, it } from 'vitest';
import { namesOfPending } from './pending-names';

describe('namesOfPending', () => {
  const written = (name: string) => ({ name, change: 'written' as const, at_build: false });

  it('names variables, deleted ones as such, and settings', () => {
    const variables = [written('A'), { ...written('B'), change: 'deleted' as const }];
    expect(namesOfPending({ variables, settings: ['memory_bytes'] })).toBe('A, B (deleted), memory bytes');
  });

  it('counts what is too much to name', () => {
    const variables = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'].map(written);
    expect(namesOfPending({ variables, settings: [] })).toBe('A, B, C, D, E, F and 2 more');
  });
});
