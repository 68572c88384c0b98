import { highest, stack, type Values } from './series';
import { ticksTo } from './ticks';
import type { Unit } from './units';

/** Look is how a series is drawn; those of one graph differ by more than their colours where they cross. */
export type Look = 'bar' | 'area' | 'line' | 'dashed' | 'limit';

/** Line is one series of a graph. */
export type Line = {
  name: string;
  /** token names the colour. */
  token: string;
  look: Look;
  values: Values;
  /** soft has the colour stand back behind those of what goes wrong. */
  soft?: boolean;
  /** rare leaves the line out of the readout where it has nothing. */
  rare?: boolean;
};

/** Graph is what one graph shows. */
export type Graph = {
  id: string;
  title: string;
  /** text goes on after the title and says what is measured. */
  text: string;
  unit: Unit;
  lines: Line[];
  stacked?: boolean;
  /** summary is the graph in words. */
  summary: string;
  /** nothing stands in place of a graph that has nothing to show. */
  nothing?: { title: string; text: string } | undefined;
};

/** drawnOrder is the order in which the lines are drawn. Of a stack, the sum of all comes first, and the lower ones paint over it. */
export function drawnOrder(graph: Graph): Line[] {
  return graph.stacked ? graph.lines.toReversed() : graph.lines;
}

/** drawnValues are the heights at which the lines are drawn, in the order in which they are. */
export function drawnValues(graph: Graph): Values[] {
  const values = graph.lines.map((line) => line.values);
  return graph.stacked ? stack(values).toReversed() : values;
}

/** graphTicks are the numbers on the axis. A limit far above what is used is left out of sight, as it would make a flat line of all below it. */
export function graphTicks(graph: Graph): number[] {
  const most = (lines: Values[]) => Math.max(0, ...lines.map((values) => highest(values) ?? 0));
  const limit = most(graph.lines.filter((line) => line.look === 'limit').map((line) => line.values));
  const used = most(graph.stacked ? drawnValues(graph) : graph.lines.filter((line) => line.look !== 'limit').map((line) => line.values));
  const enough = 0.2;

  return ticksTo(used >= limit * enough ? Math.max(used, limit) : used, graph.unit.base);
}
