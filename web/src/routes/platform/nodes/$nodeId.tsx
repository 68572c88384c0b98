import { createFileRoute, notFound } from '@tanstack/react-router';
import { asProblem } from '@/api/problem';
import { nodeQuery } from '@/api/queries/platform';
import { NotFound } from '@/components/not-found';
import { NodePage } from '@/features/platform/node-page';

export const Route = createFileRoute('/platform/nodes/$nodeId')({
  loader: async ({ context, params }) => {
    try {
      await context.queryClient.ensureQueryData(nodeQuery(params.nodeId));
    } catch (error) {
      // 422 answers what is no id at all.
      if ([404, 422].includes(asProblem(error).status)) throw notFound();
      throw error;
    }
  },
  component: Node,
  notFoundComponent: () => <NotFound>There is no such node. It may have been removed.</NotFound>,
});

function Node() {
  return <NodePage nodeId={Route.useParams().nodeId} />;
}
