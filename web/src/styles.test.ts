import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const tokens = new Map(
  [...readFileSync('src/styles.css', 'utf8').matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }] as const,
  ),
);

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const inks = ['quiet', 'text', 'bad', 'good', 'warn', 'busy', 'magenta', 'cyan', 'accent'];
const inkGrounds = ['log', 'hover', 'page', 'mark-line', 'accent-page'];
const textGrounds = ['mark', 'pressed', 'bad-page', 'good-page', 'warn-page', 'busy-page', 'accent-page'];

const pairs = [...inks.flatMap((ink) => inkGrounds.map((ground) => [ink, ground])), ...textGrounds.map((ground) => ['text', ground])];

test.each(pairs)('%s can be read on %s in both themes', (ink = '', ground = '') => {
  for (const theme of ['light', 'dark'] as const) {
    expect(contrast(tokens.get(ink)?.[theme] ?? '', tokens.get(ground)?.[theme] ?? '')).toBeGreaterThanOrEqual(4.5);
  }
});
