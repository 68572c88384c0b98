import { ChartNoAxesColumn, Table2 } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import type { GraphCursor } from './cursor';
import type { Graph } from './graph';
import { GraphTable } from './graph-table';
import { MarkLines } from './mark-lines';
import { Plot } from './plot';
import { Readout } from './readout';

type Props = {
  graph: Graph;
  measures: Schemas['Measures'];
  organisation: string;
  project: string;
  height: number;
  /** first is the graph in which the keyboard reaches the marks. */
  first: boolean;
  cursor: GraphCursor;
  onZoom: (from: number, to: number) => void;
  onZoomOut: () => void;
};

/** GraphCard is one graph of the page of metrics: its readout, and the graph or its numbers. */
export function GraphCard({ graph, measures, organisation, project, height, first, cursor, onZoom, onZoomOut }: Props) {
  const [asTable, setAsTable] = useState(false);
  const { times, step_seconds: step } = measures;
  const [from, to] = [Date.parse(measures.from) / 1000, Date.parse(measures.to) / 1000];

  return (
    <Card
      title={
        <>
          {graph.title} <span className="font-normal text-quiet text-sm">{graph.text}</span>
        </>
      }
      flush
      actions={
        !graph.nothing && (
          <Button
            look="quiet"
            size="small"
            aria-label={`Show as ${asTable ? 'graph' : 'table'}: ${graph.title}`}
            onClick={() => setAsTable(!asTable)}
          >
            {asTable ? <ChartNoAxesColumn aria-hidden /> : <Table2 aria-hidden />}
            <span className="max-sm:hidden">{asTable ? 'Show as graph' : 'Show as table'}</span>
          </Button>
        )
      }
    >
      {graph.nothing ? (
        <div className="flex flex-col justify-center" style={{ minHeight: height }}>
          <Empty icon={ChartNoAxesColumn} title={graph.nothing.title}>
            {graph.nothing.text}
          </Empty>
        </div>
      ) : (
        <>
          <div className="min-h-6 px-4 pt-3 pb-2 sm:px-5">
            <Readout graph={graph} times={times} step={step} now={to} cursor={cursor} />
          </div>
          {asTable ? (
            <GraphTable graph={graph} times={times} step={step} now={to} height={height} />
          ) : (
            <div className="relative">
              <Plot
                graph={graph}
                times={times}
                step={step}
                from={from}
                to={to}
                height={height}
                cursor={cursor}
                onZoom={onZoom}
                onZoomOut={onZoomOut}
              />
              <MarkLines
                deployments={measures.deployments}
                from={from}
                to={to}
                organisation={organisation}
                project={project}
                reachable={first}
              />
            </div>
          )}
        </>
      )}
    </Card>
  );
}
