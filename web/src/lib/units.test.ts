import { expect, it } from 'vitest';
import { formatBytes, formatCPU, plural } from './units';

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [512 * 2 ** 20, '512 MiB'],
  [2 ** 60, '1048576 TiB'],
])('%d bytes are "%s"', (bytes, words) => expect(formatBytes(bytes)).toBe(words));

it.each([
  [1000, '1 core'],
  [500, '0.5 cores'],
  [1333, '1.33 cores'],
])('%d thousandths are "%s"', (millis, words) => expect(formatCPU(millis)).toBe(words));

it('a noun stands in the singular for one alone', () => {
  expect([plural(0, 'build'), plural(1, 'build'), plural(1200, 'build')]).toEqual(['0 builds', '1 build', '1,200 builds']);
});
