import { useQuery } from '@tanstack/react-query';
import { Plus, Server } from 'lucide-react';
import { nodesQuery } from '@/api/queries/platform';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import { Page } from '@/components/page';
import { AddMachine } from './add-machine';
import { ListAnswer } from './list-answer';
import { NodeList } from './node-list';
import { Outdated } from './outdated';
import { useAdding } from './use-adding';

/** NodesPage lists the machines that run VMs. */
export function NodesPage() {
  const query = useQuery(nodesQuery());
  const [adding, add, end] = useAdding('node');
  const button = (
    <Button look="main" onClick={add}>
      <Plus aria-hidden />
      Add a node
    </Button>
  );

  return (
    <Page
      title="Nodes"
      text="The machines that run VMs. What VMs hold of a node is theirs, whether they use it or not."
      actions={query.data?.items.length !== 0 && button}
    >
      <Outdated queries={[query]} />
      <Card flush>
        <ListAnswer
          query={query}
          what="nodes"
          empty={
            <Empty icon={Server} title="No node" actions={button}>
              Nothing can run without one. Add one here: you get the command that makes a machine the node.
            </Empty>
          }
        >
          {(nodes) => <NodeList nodes={nodes} />}
        </ListAnswer>
      </Card>
      <AddMachine kind="node" region={query.data?.items.at(-1)?.region} open={adding} onClose={end} />
    </Page>
  );
}
