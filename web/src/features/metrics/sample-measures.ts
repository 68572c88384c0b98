import type { Schemas } from '@/api/client';

type Measures = Schemas['Measures'];

/** emptyMeasures is an answer of some minutes in which nothing happened and nothing was measured, for tests. */
export function emptyMeasures(points = 4): Measures {
  const from = Date.UTC(2026, 10, 29, 12) / 1000;
  const times = Array.from({ length: points }, (_, point) => from + point * 60);
  const zeros = () => times.map(() => 0);
  const gaps = () => times.map(() => null);

  return {
    from: new Date(from * 1000).toISOString(),
    to: new Date((from + points * 60) * 1000).toISOString(),
    step_seconds: 60,
    times,
    requests: {
      informational: zeros(),
      successful: zeros(),
      redirected: zeros(),
      client_errors: zeros(),
      server_errors: zeros(),
      aborted: zeros(),
    },
    latency: { p50: gaps(), p95: gaps(), p99: gaps() },
    network: { bytes_in: zeros(), bytes_out: zeros(), received_bytes: gaps(), sent_bytes: gaps() },
    in_flight: zeros(),
    instances: { count: gaps(), cpu_millis: gaps(), memory_mean_bytes: gaps(), memory_max_bytes: gaps(), restarts: gaps() },
    deployments: [],
  };
}
