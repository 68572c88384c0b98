import { act, renderHook } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { chooseTheme, useTheme } from './theme';

afterEach(() => act(() => chooseTheme('system')));

test('the theme is followed wherever it was chosen', () => {
  const { result } = renderHook(useTheme);
  expect(result.current).toBe('system');
  act(() => chooseTheme('dark'));
  expect(result.current).toBe('dark');
  act(() => void window.dispatchEvent(new StorageEvent('storage', { key: 'zeitwork.theme', newValue: 'light' })));
  expect(result.current).toBe('light');
  expect(document.documentElement.dataset.theme).toBe('light');
  act(() => void window.dispatchEvent(new StorageEvent('storage', { key: null, newValue: null })));
  expect(result.current).toBe('system');
});
