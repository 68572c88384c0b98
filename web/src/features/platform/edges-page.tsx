import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus, Waypoints } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { edgesQuery } from '@/api/queries/platform';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import { Page } from '@/components/page';
import { Table, Td, Th } from '@/components/table';
import { Time } from '@/components/time';
import { formatCount } from '@/lib/units';
import { AddMachine } from './add-machine';
import { EdgeLag } from './edge-lag';
import { ListAnswer } from './list-answer';
import { Outdated } from './outdated';
import { Touch } from './touch';
import { useAdding } from './use-adding';

/** EdgesPage lists the machines that receive requests, with the route table that each serves from. */
export function EdgesPage() {
  const query = useQuery(edgesQuery());
  const current = query.data?.items[0]?.current_version;
  const [adding, add, end] = useAdding('edge');
  const button = (
    <Button look="main" onClick={add}>
      <Plus aria-hidden />
      Add an edge
    </Button>
  );

  return (
    <Page
      title="Edges"
      text={
        <>
          The machines that receive requests and pass them on to VMs.
          {current !== undefined && ` The newest version of the route table is ${formatCount(current)}.`}
        </>
      }
      actions={query.data?.items.length !== 0 && button}
    >
      <Outdated queries={[query]} />
      <Card flush>
        <ListAnswer
          query={query}
          what="edges"
          empty={
            <Empty icon={Waypoints} title="No edge" actions={button}>
              No request arrives without one. Add one here: you get the token for its proxy, and the command that starts it on the machine.
            </Empty>
          }
        >
          {(edges) => <EdgeTable edges={edges} />}
        </ListAnswer>
      </Card>
      <AddMachine kind="edge" region={query.data?.items.at(-1)?.region} open={adding} onClose={end} />
    </Page>
  );
}

function EdgeTable({ edges }: { edges: Schemas['Edge'][] }) {
  return (
    <Table label="Edges">
      <thead>
        <tr>
          <Th>Edge</Th>
          <Th>State</Th>
          <Th>Route table</Th>
          <Th>Serves version</Th>
          <Th>Proxy’s version</Th>
          <Th>Made</Th>
        </tr>
      </thead>
      <tbody>
        {edges.map((edge) => (
          <tr key={edge.id}>
            <Td className="min-w-32">
              <Link to="/platform/edges/$edgeId" params={{ edgeId: edge.id }} className="font-medium">
                {edge.name}
              </Link>
              <p className="text-quiet text-sm">in {edge.region}</p>
            </Td>
            <Td className="min-w-40">
              <Touch inTouch={edge.in_touch} lastSeenAt={edge.last_seen_at} />
            </Td>
            <Td>
              <EdgeLag edge={edge} />
            </Td>
            <Td className="tabular-nums">{formatCount(edge.acknowledged_version)}</Td>
            <Td className="whitespace-nowrap">{edge.version ?? <span className="text-quiet">not told</span>}</Td>
            <Td>
              <Time at={edge.created_at} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
