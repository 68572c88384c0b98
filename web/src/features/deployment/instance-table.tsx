import type { Schemas } from '@/api/client';
import { Table, Td, Th } from '@/components/table';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { formatBytes, formatCPU } from '@/lib/units';
import { InstanceState } from './instance-state';

/** InstanceTable shows the VMs that run a deployment. */
export function InstanceTable({ instances }: { instances: Schemas['VM'][] }) {
  return (
    <Table label="Instances">
      <thead>
        <tr>
          <Th>Instance</Th>
          <Th>Health</Th>
          <Th>Node</Th>
          <Th>Size</Th>
          <Th>Restarts</Th>
          <Th>Since</Th>
        </tr>
      </thead>
      <tbody>
        {instances.map((instance) => (
          <tr key={instance.id}>
            <Td className="whitespace-nowrap font-mono text-sm">{instance.id.slice(-12)}</Td>
            <Td>
              <InstanceState state={instance.state} />
              {instance.message && instance.state !== 'healthy' && (
                <p className="mt-1 max-w-prose text-quiet text-sm">
                  <Text text={instance.message} />
                </p>
              )}
            </Td>
            <Td className="whitespace-nowrap">
              <Text text={instance.node} /> <span className="text-quiet">in {instance.region}</span>
            </Td>
            <Td className="whitespace-nowrap text-quiet">
              {formatBytes(instance.memory_bytes)}, {formatCPU(instance.cpu_millis)}
            </Td>
            <Td className="tabular-nums">{instance.restarts}</Td>
            <Td>
              <Time at={instance.healthy_at ?? instance.created_at} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
