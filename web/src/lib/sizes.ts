import { formatBytes, formatCPU } from './units';

const mebibyte = 1024 * 1024;
const memories = [128, 256, 512, 1024, 2048, 4096, 8192, 16_384].map((size) => size * mebibyte);
const processors = [100, 250, 500, 1000, 2000, 4000, 8000];

/** memoryOptions are sizes of memory to choose from; the one that is set is among them, whatever it is. */
export function memoryOptions(set: number): { value: string; name: string }[] {
  return withSet(memories, set).map((bytes) => ({ value: String(bytes), name: formatBytes(bytes) }));
}

/** cpuOptions are shares of processors to choose from, in thousandths of a core; the one that is set is among them. */
export function cpuOptions(set: number): { value: string; name: string }[] {
  return withSet(processors, set).map((millis) => ({ value: String(millis), name: formatCPU(millis) }));
}

function withSet(usual: number[], set: number): number[] {
  return [...new Set([...usual, set])].sort((a, b) => a - b);
}
