import type { Schemas } from '@/api/client';
import { Meter } from '@/components/meter';
import { formatBytes, formatCPU } from '@/lib/units';

/** NodeMeters shows how much of a node its VMs hold, and how full its disk is. */
export function NodeMeters({ node }: { node: Schemas['Node'] }) {
  const { disk_bytes: disk, disk_free_bytes: free } = node;
  if (!node.last_seen_at) return <p className="text-quiet">How much it has is known once its agent was in touch.</p>;

  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <Meter label="Processor held" value={node.cpu_held_millis} limit={node.cpu_share_millis} format={formatCPU} />
      <Meter label="Memory held" value={node.memory_held_bytes} limit={node.memory_share_bytes} format={formatBytes} />
      {disk !== undefined && free !== undefined ? (
        <Meter label="Disk used" value={disk - free} limit={disk} format={formatBytes} />
      ) : (
        <div>
          <p className="font-medium">Disk used</p>
          <p className="mt-1 text-quiet text-sm">Its agent does not tell: it is an older one.</p>
        </div>
      )}
    </div>
  );
}
