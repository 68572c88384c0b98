import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { Text } from './text';

it('text of others never becomes HTML', () => {
  const { container } = render(<Text text={'<img src=x onerror="alert(1)">'} />);

  expect(container.querySelector('img')).toBeNull();
  expect(container.textContent).toBe('<img src=x onerror="alert(1)">');
});

it('the direction of a text stays inside it', () => {
  const { container } = render(<Text text={'\u202eevil'} />);

  expect(container.firstElementChild?.tagName).toBe('BDI');
});

it('10,000 characters are cut, and none says so', () => {
  const { container, rerender } = render(<Text text={'x'.repeat(10_000)} />);
  expect(container.textContent?.length).toBe(301);

  rerender(<Text text="   " />);
  expect(container.textContent).toBe('(empty)');
});
