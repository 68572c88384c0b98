import { useNavigate } from '@tanstack/react-router';
import { useId, useMemo } from 'react';
import type { Schemas } from '@/api/client';
import { platformNow } from '@/api/clock';
import { formatCount, plural } from '@/lib/units';
import { GraphCursor } from './cursor';
import { countRequests, requestsGraph } from './graphs';
import { MarkLines } from './mark-lines';
import { Plot } from './plot';
import { zoomTo } from './ranges';

type Props = { measures: Schemas['Measures']; org: string; project: string };

const height = 148;
const phrase = 'in the last 24 hours';

/** TrafficGraph is the requests of the last day in a small graph. Dragging over it leads to the page of metrics, which shows that part. */
export default function TrafficGraph({ measures, org, project }: Props) {
  const navigate = useNavigate();
  const key = useId();
  const cursor = useMemo(() => new GraphCursor(key), [key]);
  const graph = useMemo(() => requestsGraph(measures, phrase), [measures]);
  const { all, failed } = countRequests(measures);
  const [from, to] = [Date.parse(measures.from) / 1000, Date.parse(measures.to) / 1000];

  const zoom = (one: number, other: number) =>
    void navigate({
      to: '/o/$org/projects/$project/metrics',
      params: { org, project },
      search: { range: '24h', ...zoomTo(one, other, platformNow() / 1000) },
    });

  if (graph.nothing) {
    return (
      <div className="flex min-h-44 flex-col justify-center">
        <p>{graph.nothing.title}.</p>
        <p className="mt-1 text-quiet">{graph.nothing.text}</p>
      </div>
    );
  }

  return (
    <>
      <p className="mb-2 min-h-5">
        <span className="font-medium">{plural(all, 'request')}</span> {phrase},{' '}
        {failed > 0 ? <span className="font-medium text-bad">{formatCount(failed)} of them failed</span> : 'none of them failed'}
      </p>
      <div className="-mx-4 sm:-mx-5 relative">
        <Plot
          graph={graph}
          times={measures.times}
          step={measures.step_seconds}
          from={from}
          to={to}
          height={height}
          cursor={cursor}
          onZoom={zoom}
          onZoomOut={() => undefined}
        />
        <MarkLines deployments={measures.deployments} from={from} to={to} organisation={org} project={project} reachable />
      </div>
    </>
  );
}
