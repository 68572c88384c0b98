import { CirclePause } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { State } from '@/components/state';
import { Table, Td, Th } from '@/components/table';
import { Duration, Time } from '@/components/time';
import { cn } from '@/lib/cn';
import { formatCount } from '@/lib/units';

const mostCounted = 10_000;

/** QueueCounts shows of each queue how many of its jobs run and wait. */
export function QueueCounts({ queues }: { queues: Schemas['Queue'][] }) {
  return (
    <Table label="Queues">
      <thead>
        <tr>
          <Th>Queue</Th>
          <Th className="text-right">Running</Th>
          <Th className="text-right">Wait for a slot</Th>
          <Th className="text-right">Tried again</Th>
          <Th className="text-right">Later</Th>
          <Th>The next one waits for</Th>
        </tr>
      </thead>
      <tbody>
        {queues.map((queue) => (
          <tr key={queue.name}>
            <Td className="min-w-32">
              <span className="font-medium">{queue.name}</span>
              {queue.paused_at && (
                <p className="mt-1 text-quiet text-sm">
                  <State tone="warn" icon={CirclePause} word="Paused" /> <Time at={queue.paused_at} />
                </p>
              )}
            </Td>
            <Td className="whitespace-nowrap text-right tabular-nums">
              {queue.running} <span className="text-quiet">of {queue.slots}</span>
            </Td>
            <Count count={queue.available} />
            <Count count={queue.retryable} />
            <Count count={queue.scheduled} />
            <Td>{queue.oldest_since ? <Duration from={queue.oldest_since} /> : <span className="text-quiet">none waits</span>}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Count({ count }: { count: number }) {
  return (
    <Td className={cn('text-right tabular-nums', count === 0 && 'text-quiet')}>
      {formatCount(count)}
      {count >= mostCounted && ' or more'}
    </Td>
  );
}
