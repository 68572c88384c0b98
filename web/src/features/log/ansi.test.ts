import { expect, test } from 'vitest';
import { plainOf, spansOf } from './ansi';
import { markSpans } from './marked';

const esc = '\x1b';

test('colours become those of the theme', () => {
  expect(spansOf(`${esc}[31mred${esc}[0m plain ${esc}[1;92mgood`)).toEqual([
    { text: 'red', className: 'text-bad' },
    { text: ' plain ', className: '' },
    { text: 'good', className: 'text-good font-semibold' },
  ]);
});

test('colours of 256 and of millions become the nearest of the theme', () => {
  expect(spansOf(`${esc}[38;5;196mx`)[0]?.className).toBe('text-bad');
  expect(spansOf(`${esc}[38;5;244mx`)[0]?.className).toBe('text-text');
  expect(spansOf(`${esc}[38;2;20;200;220mx`)[0]?.className).toBe('text-cyan');
  expect(spansOf(`${esc}[38;2;200;20;220mx`)[0]?.className).toBe('text-magenta');
});

test('on a coloured background the ink is the strongest', () => {
  expect(spansOf(`${esc}[33;41mx`)[0]?.className).toBe('text-text bg-bad-page');
  expect(spansOf(`${esc}[7mx`)[0]?.className).toBe('text-text bg-pressed');
});

test('whatever else a terminal obeys is left out', () => {
  expect(plainOf(`a${esc}[2Kb${esc}[1Ac${esc}]0;title\x07d${esc}]8;;https://evil.example${esc}\\e\x07\x08\x00`)).toBe('abcde');
  expect(plainOf(`half ${esc}[31`)).not.toContain(esc);
});

test('HTML and marks of direction stay the text that they are', () => {
  const hostile = '<img src=x onerror=alert(1)>\u202egnp.exe &lt;';
  expect(spansOf(hostile)).toEqual([{ text: hostile, className: '' }]);
});

test('marks split spans where they begin and end', () => {
  const spans = [
    { text: 'abc', className: 'text-bad' },
    { text: 'def', className: '' },
  ];
  expect(markSpans(spans, [[1, 4]])).toEqual([
    { text: 'a', className: 'text-bad', marked: false },
    { text: 'bc', className: 'text-bad', marked: true },
    { text: 'd', className: '', marked: true },
    { text: 'ef', className: '', marked: false },
  ]);
  expect(markSpans(spans, [])).toHaveLength(2);
});
