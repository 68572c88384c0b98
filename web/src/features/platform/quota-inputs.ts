import type { Schemas } from '@/api/client';
import { formatBytes, formatCount, formatCPU } from '@/lib/units';

export type QuotaName = Exclude<keyof Schemas['QuotaNumbers'], '$schema'>;

type QuotaInput = {
  name: QuotaName;
  label: string;
  /** unit is what the number is of, as an operator types it. */
  unit: string;
  /** size is how much one of the unit is, as the API counts. */
  size: number;
  format: (value: number) => string;
};

const one = { unit: '', size: 1, format: formatCount };
const MiB = 1024 ** 2;

/** quotaInputs are the numbers that can be set, in the order in which they matter. */
export const quotaInputs: QuotaInput[] = [
  { name: 'builds', label: 'Builds at once', ...one },
  { name: 'instances', label: 'Instances at once', ...one },
  { name: 'memory_bytes', label: 'Memory of all instances', unit: 'GiB', size: 1024 * MiB, format: formatBytes },
  { name: 'cpu_millis', label: 'Processor time of all instances', unit: 'cores', size: 1000, format: formatCPU },
  { name: 'projects', label: 'Projects', ...one },
  { name: 'domains', label: 'Custom domains', ...one },
  { name: 'log_bytes_per_minute', label: 'Logs of apps in a minute', unit: 'MiB', size: MiB, format: formatBytes },
  { name: 'requests_per_minute', label: 'Requests to the API in a minute', ...one },
];

export type Typed = Partial<Record<QuotaName, string>>;

/** typedOf gives numbers as they stand in the inputs. */
export function typedOf(set: Schemas['QuotaNumbers']): Typed {
  return Object.fromEntries(
    quotaInputs.flatMap(({ name, size }) => (set[name] === undefined ? [] : [[name, String(Number((set[name] / size).toFixed(6)))]])),
  );
}

/** readTyped reads what was typed: the numbers, or which inputs hold none. What is empty is left out. */
export function readTyped(typed: Typed): { numbers: Schemas['QuotaNumbers']; wrong: Partial<Record<QuotaName, string>> } {
  const numbers: Schemas['QuotaNumbers'] = {};
  const wrong: Partial<Record<QuotaName, string>> = {};

  for (const { name, size } of quotaInputs) {
    const text = typed[name]?.trim();
    if (!text) continue;

    const value = Number(text) * size;
    if (!/^\d+(\.\d+)?$/.test(text) || !Number.isSafeInteger(Math.round(value))) wrong[name] = 'Type a number, or leave it empty.';
    else if (size === 1 && !Number.isInteger(value)) wrong[name] = 'Type a whole number, or leave it empty.';
    else numbers[name] = Math.round(value);
  }

  return { numbers, wrong };
}
