import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { LogLineRow } from './log-line';
import { parseQuery } from './query';
import type { LogLine } from './source';

function show(text: string | null, more: Partial<Parameters<typeof LogLineRow>[0]> = {}) {
  const line: LogLine | null =
    text === null ? null : { number: 7, text, at: '2026-01-01T12:00:00Z', stream: 'stdout', group: 0, missing: 0 };
  const onPick = vi.fn();
  const { container } = render(
    <LogLineRow number={7} line={line} selected={false} current={false} wrap={false} times={false} tabbable onPick={onPick} {...more} />,
  );
  return { container, onPick };
}

test('HTML in a line is text, in an island of its own', () => {
  const { container } = show('<img src=x onerror=alert(1)>\u202egnp.exe');
  expect(container.querySelector('img')).toBeNull();
  expect(container.querySelector('code')?.textContent).toBe('<img src=x onerror=alert(1)>\u202egnp.exe');
  expect(container.querySelector('code')?.className).toContain('isolate-text');
});

test('what was searched for is marked across colours', () => {
  const { container } = show('\x1b[31mnpm\x1b[0m ERR!', { found: parseQuery('"npm err"') });
  expect([...container.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['npm', ' ERR']);
});

test('the number links to the line, and shift extends what is chosen', () => {
  const { onPick } = show('x');
  const link = screen.getByRole('link', { name: 'Link to line 7' });
  expect(link.getAttribute('href')).toBe('#L7');
  fireEvent.click(link);
  fireEvent.click(link, { shiftKey: true });
  expect(onPick.mock.calls).toEqual([
    [7, false],
    [7, true],
  ]);
});

test('a line that was not kept says so', () => {
  expect(show(null).container.textContent).toContain('not kept');
});
