import type { Schemas } from '@/api/client';
import { Card } from '@/components/card';
import { Meter } from '@/components/meter';
import { formatBytes, formatCPU } from '@/lib/units';

/** Room is how much of all nodes that take VMs is held by them. */
export function Room({ nodes }: { nodes: Schemas['Node'][] }) {
  const taking = nodes.filter((node) => node.in_touch && !node.unreachable && node.state === 'ready');
  const sum = (of: (node: Schemas['Node']) => number) => taking.reduce((all, node) => all + of(node), 0);
  if (taking.length === 0) return null;

  return (
    <Card title="Room" text="On the nodes that are in touch and take VMs.">
      <div className="grid gap-4 sm:grid-cols-2">
        <Meter
          label="Processor held"
          value={sum((node) => node.cpu_held_millis)}
          limit={sum((node) => node.cpu_share_millis)}
          format={formatCPU}
        />
        <Meter
          label="Memory held"
          value={sum((node) => node.memory_held_bytes)}
          limit={sum((node) => node.memory_share_bytes)}
          format={formatBytes}
        />
      </div>
    </Card>
  );
}
