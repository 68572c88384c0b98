import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { Sentence } from './sentence';

it.each([
  ['Run `npm ci`, then commit `package-lock.json`.', 'Run npm ci, then commit package-lock.json.', ['npm ci', 'package-lock.json']],
  ['A lone ` stays', 'A lone ` stays', []],
  ['`<img src=x>`', '<img src=x>', ['<img src=x>']],
  ['', '', []],
])('%s', (text, shown, codes) => {
  const { container } = render(<Sentence text={text} />);

  expect(container.textContent).toBe(shown);
  expect([...container.querySelectorAll('code')].map(({ textContent }) => textContent)).toEqual(codes);
});
