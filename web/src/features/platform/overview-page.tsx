import { useSuspenseQueries } from '@tanstack/react-query';
import { buildersQuery, edgesQuery, leakLooksQuery, leaksQuery, nodesQuery, queueQuery } from '@/api/queries/platform';
import { Page } from '@/components/page';
import { useNow } from '@/lib/use-now';
import { concernsOf, type Platform } from './attention';
import { ConcernList } from './concern-list';
import { Counts } from './counts';
import { GitHubAppCard } from './github-app-card';
import { Outdated } from './outdated';
import { Room } from './room';

/** OverviewPage says first what needs an operator's attention, then how much of everything there is. */
export function OverviewPage() {
  const now = useNow(10_000);
  const queries = useSuspenseQueries({
    queries: [nodesQuery(), buildersQuery(), edgesQuery(), queueQuery(), leaksQuery(), leakLooksQuery()],
  });
  const [nodes, builders, edges, queue, leaks, looks] = queries;
  const platform: Platform = {
    nodes: nodes.data.items,
    builders: builders.data.items,
    edges: edges.data.items,
    queue: queue.data,
    leaks: leaks.data.items,
    places: looks.data.items,
  };

  return (
    <Page title="Platform">
      <Outdated queries={queries} />
      <ConcernList concerns={concernsOf(platform, now)} />
      <Counts platform={platform} />
      <Room nodes={platform.nodes} />
      <GitHubAppCard />
    </Page>
  );
}
