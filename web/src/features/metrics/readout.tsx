import { cn } from '@/lib/cn';
import { soft } from './colours';
import { type GraphCursor, usePoint } from './cursor';
import type { Graph, Line, Look } from './graph';
import { lastPoint, sum } from './series';
import { formatPoint } from './ticks';

type Props = { graph: Graph; times: number[]; step: number; now: number; cursor: GraphCursor };

/** Readout names the lines of a graph, with their values at the cursor or else the newest ones. */
export function Readout({ graph, times, step, now, cursor }: Props) {
  const pointed = usePoint(cursor);
  const point = pointed ?? lastPoint(graph.lines.filter(({ look }) => look !== 'limit').map(({ values }) => values));
  const at = times[point];
  const lines = graph.lines.filter((line) => !line.rare || sum(line.values) > 0);

  return (
    <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1 text-sm tabular-nums">
      <span className="text-quiet">
        {at === undefined ? 'Latest' : `${pointed === undefined ? 'Latest, ' : ''}${formatPoint(at, step, now)}`}
      </span>
      <dl className="contents">
        {lines.map((line) => (
          <div key={line.name} className="flex items-baseline gap-1.5">
            <Swatch line={line} />
            <dt className="text-quiet">{line.name}</dt>
            <dd className="font-medium">{shownValue(line, point, graph)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function shownValue(line: Line, point: number, { unit }: Graph): string {
  // What an instance may use is the same at all points.
  const value = line.look === 'limit' ? line.values[0] : line.values[point];
  return value === null || value === undefined ? '–' : unit.format(value);
}

const shapes: Record<Look, string> = {
  bar: 'size-2 rounded-xs bg-current',
  area: 'h-2 w-3 border-t-2 border-current',
  line: 'w-3 border-t-2 border-current',
  dashed: 'w-4 border-t-2 border-dashed border-current',
  limit: 'w-3 border-t-2 border-dotted border-current',
};

function Swatch({ line }: { line: Line }) {
  const own = `var(--${line.token})`;

  return (
    <span
      aria-hidden
      className={cn('shrink-0 self-center', shapes[line.look])}
      style={{ color: line.soft ? soft(own, 'var(--surface)') : own }}
    />
  );
}
