import { useQuery } from '@tanstack/react-query';
import { Boxes } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { nodeVMsQuery } from '@/api/queries/platform';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import { Table, Td, Th } from '@/components/table';
import { Tag } from '@/components/tag';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { InstanceState } from '@/features/deployment/instance-state';
import { formatBytes, formatCPU } from '@/lib/units';
import { DeploymentLink } from './deployment-link';
import { ListAnswer } from './list-answer';

const wanted: Record<Schemas['NodeVM']['desired_state'], string> = {
  running: '',
  draining: 'runs on without new requests',
  stopped: 'to be stopped',
};

/** NodeVMs is what runs on a node, with what each is for. */
export function NodeVMs({ nodeId }: { nodeId: string }) {
  const query = useQuery(nodeVMsQuery(nodeId));

  return (
    <Card flush title="VMs" text="All of which something is left on the node, oldest first.">
      <ListAnswer
        query={query}
        what="VMs"
        empty={
          <Empty icon={Boxes} title="No VM">
            A deployment that is placed here starts one. An empty node can be removed.
          </Empty>
        }
      >
        {(vms) => (
          <Table label="VMs">
            <thead>
              <tr>
                <Th>Project</Th>
                <Th>State</Th>
                <Th>Size</Th>
                <Th>Address</Th>
                <Th>Restarts</Th>
                <Th>Since</Th>
              </tr>
            </thead>
            <tbody>
              {vms.map((vm) => (
                <VMRow key={vm.id} vm={vm} />
              ))}
            </tbody>
          </Table>
        )}
      </ListAnswer>
    </Card>
  );
}

function VMRow({ vm }: { vm: Schemas['NodeVM'] }) {
  return (
    <tr>
      <Td className="min-w-40">
        <DeploymentLink deploymentId={vm.deployment_id} project={vm.project} organisation={vm.organisation} />{' '}
        {vm.kind === 'release' && <Tag>release command</Tag>}
        <p className="text-quiet text-sm">
          {vm.environment_kind} from <Text text={vm.branch} />
        </p>
      </Td>
      <Td>
        <InstanceState state={vm.state} />
        {wanted[vm.desired_state] && <p className="mt-1 whitespace-nowrap text-quiet text-sm">{wanted[vm.desired_state]}</p>}
        {vm.replacement_node && (
          <p className="mt-1 text-quiet text-sm">
            moves to {vm.replacement_node}, {vm.replacement_state === 'healthy' ? 'where it serves' : `where it is ${vm.replacement_state}`}
          </p>
        )}
        {vm.message && vm.state !== 'healthy' && (
          <p className="mt-1 max-w-prose text-quiet text-sm">
            <Text text={vm.message} />
          </p>
        )}
      </Td>
      <Td className="whitespace-nowrap text-quiet">
        {formatBytes(vm.memory_bytes)}, {formatCPU(vm.cpu_millis)}
      </Td>
      <Td className="whitespace-nowrap font-mono text-sm">{vm.address}</Td>
      <Td className="tabular-nums">{vm.restarts}</Td>
      <Td>
        <Time at={vm.started_at ?? vm.created_at} />
      </Td>
    </tr>
  );
}
