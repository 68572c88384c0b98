import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { edgeQuery, edgeTokensQuery } from '@/api/queries/platform';
import { Card } from '@/components/card';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { EdgeFacts } from './edge-facts';
import { MachineTokens } from './machine-tokens';
import { Outdated } from './outdated';
import { RemoveEdge } from './remove-edge';

/** EdgePage is one edge: whether it is in touch, from which route table it serves, and its tokens. */
export function EdgePage({ edgeId }: { edgeId: string }) {
  const query = useSuspenseQuery(edgeQuery(edgeId));
  const tokens = useQuery(edgeTokensQuery(edgeId));
  const edge = query.data;

  return (
    <Page title={edge.name} text={`An edge in ${edge.region}.`} actions={<RemoveEdge edge={edge} />}>
      <Outdated queries={[query, tokens]} />
      <div role="status" className="space-y-4 empty:hidden">
        {!edge.in_touch && edge.last_seen_at && (
          <Notice tone="bad" title="Out of touch">
            If its proxy still runs, it serves the routes that it had then. Look at the machine, at its way to the API, and at the proxy’s
            log there. Addresses of stopped VMs rest until it is back: remove it if it will not come.
          </Notice>
        )}
        {!edge.last_seen_at && (
          <Notice tone="busy" title="Never in touch">
            Start its proxy with the token that was shown when the edge was made: <code>zeitwork edgeproxy</code> with ZEITWORK_EDGE_TOKEN.
            Where that is lost, replace the token.
          </Notice>
        )}
      </div>
      <Card title="About this edge">
        <EdgeFacts edge={edge} />
      </Card>
      <MachineTokens machine={{ kind: 'edge', id: edge.id, name: edge.name, region: edge.region }} query={tokens} />
    </Page>
  );
}
