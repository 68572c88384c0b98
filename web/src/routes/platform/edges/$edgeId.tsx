import { createFileRoute, notFound } from '@tanstack/react-router';
import { asProblem } from '@/api/problem';
import { edgeQuery } from '@/api/queries/platform';
import { NotFound } from '@/components/not-found';
import { EdgePage } from '@/features/platform/edge-page';

export const Route = createFileRoute('/platform/edges/$edgeId')({
  loader: async ({ context, params }) => {
    try {
      await context.queryClient.ensureQueryData(edgeQuery(params.edgeId));
    } catch (error) {
      // 422 answers what is no id at all.
      if ([404, 422].includes(asProblem(error).status)) throw notFound();
      throw error;
    }
  },
  component: Edge,
  notFoundComponent: () => <NotFound>There is no such edge. It may have been removed.</NotFound>,
});

function Edge() {
  return <EdgePage edgeId={Route.useParams().edgeId} />;
}
