const sizes = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** formatBytes gives a size in units of 1,024: "512 MiB". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < sizes.length - 1) {
    value /= 1024;
    unit++;
  }

  return `${value >= 100 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${sizes[unit]}`;
}

/** formatCPU gives thousandths of a core as cores: "0.5 cores". */
export function formatCPU(millis: number): string {
  const cores = millis / 1000;
  return `${Number(cores.toFixed(2))} ${cores === 1 ? 'core' : 'cores'}`;
}

/** formatCount groups the digits of a number: "12,345". */
export function formatCount(count: number): string {
  return new Intl.NumberFormat('en').format(count);
}

/** plural gives a number with its noun: plural(2, 'build') is "2 builds". */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}
