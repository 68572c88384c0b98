import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChartNoAxesColumn } from 'lucide-react';
import { useId, useMemo } from 'react';
import type { Schemas } from '@/api/client';
import { platformNow } from '@/api/clock';
import { measuresQuery } from '@/api/queries/measures';
import { environmentsQuery } from '@/api/queries/projects';
import { buttonClass } from '@/components/button';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import { Page } from '@/components/page';
import { PageProblem } from '@/components/page-problem';
import { Skeleton } from '@/components/skeleton';
import { GraphCursor } from './cursor';
import { GraphCard } from './graph-card';
import { graphsOf } from './graphs';
import { MetricsTools } from './metrics-tools';
import { type Chosen, phraseOf, spanOf, zoomTo } from './ranges';
import { WentLive } from './went-live';

type Props = { organisation: string; project: Schemas['Project']; chosen: Chosen; onChoose: (chosen: Chosen) => void };

const tall = 240;
const low = 180;

/** MetricsPage shows how a project does: its graphs over one range, with one crosshair. */
export function MetricsPage({ organisation, project, chosen, onChoose }: Props) {
  const { data: environments } = useQuery(environmentsQuery(project.id));
  const environment = environments?.items?.find(({ slug }) => slug === chosen.environment)?.id;
  const answer = useQuery(measuresQuery(project.id, { span: spanOf(chosen), environment, deployment: chosen.deployment }));
  const measures = answer.data;
  const phrase = phraseOf(chosen);
  const graphs = useMemo(() => measures && graphsOf(measures, phrase), [measures, phrase]);
  const key = useId();
  const cursor = useMemo(() => new GraphCursor(key), [key]);

  const zoom = (from: number, to: number) => onChoose({ ...chosen, ...zoomTo(from, to, platformNow() / 1000) });
  const zoomOut = () => onChoose({ ...chosen, from: undefined, to: undefined });
  const nothingYet = !project.live_deployment_id && measures?.deployments.length === 0 && graphs?.every((graph) => graph.nothing);

  return (
    <Page title="Metrics" text="Drag over a graph to see a part of it larger.">
      <MetricsTools projectId={project.id} chosen={chosen} onChoose={onChoose} />
      {!measures || !graphs ? (
        answer.isError ? (
          <PageProblem error={answer.error} reset={() => void answer.refetch()} />
        ) : (
          <GraphSkeletons />
        )
      ) : nothingYet ? (
        <NothingYet organisation={organisation} project={project} />
      ) : (
        <div className="grid gap-4 lg:grid-cols-2" aria-busy={answer.isPlaceholderData}>
          {graphs.map((graph, index) => (
            <div key={graph.id} className={index === 0 ? 'grid min-w-0 lg:col-span-2' : 'grid min-w-0'}>
              <GraphCard
                graph={graph}
                measures={measures}
                organisation={organisation}
                project={project.slug}
                height={index === 0 ? tall : low}
                first={index === 0}
                cursor={cursor}
                onZoom={zoom}
                onZoomOut={zoomOut}
              />
            </div>
          ))}
          <WentLive deployments={measures.deployments} phrase={phrase} organisation={organisation} project={project.slug} />
        </div>
      )}
    </Page>
  );
}

function GraphSkeletons() {
  return (
    <div role="status" aria-label="Loading the graphs" className="grid gap-4 lg:grid-cols-2">
      <Skeleton className="h-88 w-full lg:col-span-2" />
      <Skeleton className="h-72 w-full" />
      <Skeleton className="h-72 w-full" />
    </div>
  );
}

function NothingYet({ organisation, project }: Pick<Props, 'organisation' | 'project'>) {
  return (
    <Card>
      <Empty
        icon={ChartNoAxesColumn}
        title="Nothing to measure yet"
        actions={
          <Link to="/o/$org/projects/$project" params={{ org: organisation, project: project.slug }} className={buttonClass('main')}>
            Go to the overview to deploy
          </Link>
        }
      >
        When the first deployment is live, its requests, response times, processor, memory and network are drawn here. Nothing is to be set
        up in the app.
      </Empty>
    </Card>
  );
}
