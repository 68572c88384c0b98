import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseTheme } from '@/lib/theme';
import { readColours } from './colours';
import { useColours } from './use-colours';

const style = document.createElement('style');

beforeEach(() => {
  style.textContent = ':root { --good: rgb(1, 2, 3); } :root[data-theme="dark"] { --good: rgb(4, 5, 6); }';
  document.head.append(style);
});

afterEach(() => {
  style.remove();
  chooseTheme('system');
});

test('colours are read as the theme has them, and nothing stays in the page', () => {
  const before = document.body.childElementCount;
  expect(readColours(['good']).good).toBe('rgb(1, 2, 3)');
  chooseTheme('dark');
  expect(readColours(['good']).good).toBe('rgb(4, 5, 6)');
  expect(document.body.childElementCount).toBe(before);
});

test('graphs get new colours when the user chooses another theme', async () => {
  const { result } = renderHook(() => useColours());
  expect(result.current.good).toBe('rgb(1, 2, 3)');
  await act(async () => chooseTheme('dark'));
  expect(result.current.good).toBe('rgb(4, 5, 6)');
});
