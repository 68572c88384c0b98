import type { Schemas } from '@/api/client';
import { formatBytes, formatCount, formatCPU } from '@/lib/units';

type Limit = {
  quota: Exclude<keyof Schemas['OrganisationQuotas'], '$schema'>;
  name: string;
  format: (value: number) => string;
  /** atLimit says what happens when all of it is used. */
  atLimit: string;
};

/** limits are what an organisation may use, in the order in which they matter. */
export const limits: Limit[] = [
  {
    quota: 'builds',
    name: 'Builds at once',
    format: formatCount,
    atLimit: 'Further deployments wait for their turn; their page says which place they have.',
  },
  {
    quota: 'instances',
    name: 'Instances at once',
    format: formatCount,
    atLimit: 'A deployment for which none is left waits; settings that ask for more are refused. What runs goes on.',
  },
  {
    quota: 'memory_bytes',
    name: 'Memory of all instances',
    format: formatBytes,
    atLimit: 'A deployment for which none is left waits; settings that ask for more are refused. What runs goes on.',
  },
  {
    quota: 'cpu_millis',
    name: 'Processor time of all instances',
    format: formatCPU,
    atLimit: 'A deployment for which none is left waits; settings that ask for more are refused. What runs goes on.',
  },
  { quota: 'projects', name: 'Projects', format: formatCount, atLimit: 'No further project can be made until one is deleted.' },
  { quota: 'domains', name: 'Domains of your own', format: formatCount, atLimit: 'No further domain can be added until one is removed.' },
  {
    quota: 'log_bytes_per_minute',
    name: 'Logs of apps, in this minute',
    format: formatBytes,
    atLimit: 'Lines beyond it are dropped, and the log says how many.',
  },
  {
    quota: 'requests_per_minute',
    name: 'Requests to the API, in this minute',
    format: formatCount,
    atLimit:
      'Requests beyond it are answered with 429 and the time to wait. The organisation’s apps do not count: their visitors are not limited by it.',
  },
];
