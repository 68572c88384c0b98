import { Table, Td, Th } from '@/components/table';
import type { Graph } from './graph';
import { isAllGaps } from './series';
import { formatPoint } from './ticks';

type Props = { graph: Graph; times: number[]; step: number; now: number; height: number };

/** GraphTable is a graph as numbers, the newest first. */
export function GraphTable({ graph, times, step, now, height }: Props) {
  const lines = graph.lines.filter((line) => !line.rare || !isAllGaps(line.values));
  const points = times.map((at, point) => ({ at, point })).reverse();

  return (
    <div className="overflow-y-auto border-line border-t" style={{ height }}>
      <Table label={`${graph.title} as a table`}>
        <thead>
          <tr>
            <Th>Time</Th>
            {lines.map((line) => (
              <Th key={line.name} className="text-right">
                {line.name}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map(({ at, point }) => (
            <tr key={at}>
              <Td className="whitespace-nowrap py-1.5 text-quiet text-sm">{formatPoint(at, step, now)}</Td>
              {lines.map((line) => {
                const value = line.values[point];
                return (
                  <Td key={line.name} className="whitespace-nowrap py-1.5 text-right text-sm tabular-nums">
                    {value === null || value === undefined ? <span className="text-quiet">not known</span> : graph.unit.format(value)}
                  </Td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
