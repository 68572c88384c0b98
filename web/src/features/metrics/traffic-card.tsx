import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { Schemas } from '@/api/client';
import { measuresQuery } from '@/api/queries/measures';
import { buttonClass } from '@/components/button';
import { Card } from '@/components/card';
import { Skeleton } from '@/components/skeleton';

// What draws graphs is heavy; the page is there before it.
const TrafficGraph = lazy(() => import('./traffic-graph'));

type Props = { organisation: string; project: Schemas['Project'] };

/** TrafficCard shows the requests to a project of the last day, and leads to all of its graphs. */
export function TrafficCard({ organisation, project }: Props) {
  const answer = useQuery(measuresQuery(project.id, { span: { seconds: 24 * 3600 } }));
  const params = { org: organisation, project: project.slug };
  const place = (
    <div role="status" aria-label="Loading the traffic">
      <Skeleton className="h-44 w-full" />
    </div>
  );

  return (
    <Card
      title="Traffic"
      actions={
        <Link to="/o/$org/projects/$project/metrics" params={params} className={buttonClass('quiet', 'small')}>
          All metrics
        </Link>
      }
    >
      {answer.data ? (
        <Suspense fallback={place}>
          <TrafficGraph measures={answer.data} {...params} />
        </Suspense>
      ) : answer.isError ? (
        <p className="text-quiet">The traffic cannot be shown at the moment. It is asked for again by itself.</p>
      ) : (
        place
      )}
    </Card>
  );
}
