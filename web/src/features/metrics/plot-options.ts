import uPlot from 'uplot';
import { faded, soft } from './colours';
import type { GraphCursor } from './cursor';
import { drawnOrder, type Graph, graphTicks, type Line } from './graph';
import { isolatedPoints } from './series';
import { timeTick } from './ticks';
import type { Colours } from './use-colours';

/** axisWidth is the room for the numbers beside a plot, edgeWidth what is left free at its other side, markHeight that of the marks above it. */
export const axisWidth = 76;
export const edgeWidth = 12;
export const markHeight = 24;
const timeHeight = 28;
const font = '11px "Geist Variable", system-ui, sans-serif';
const smallestDrag = 6;

/** Drawn is what a plot shows at the moment; its options read it anew each time. */
export type Drawn = { graph: Graph; from: number; to: number };

type Wanted = {
  drawn: () => Drawn;
  colours: Colours;
  cursor: GraphCursor;
  size: { width: number; height: number };
  onZoom: (from: number, to: number) => void;
  onZoomOut: () => void;
};

/** plotOptions has uPlot draw a graph: without its legend, which would be HTML of its own, and without zooming by itself. */
export function plotOptions({ drawn, colours, cursor, size, onZoom, onZoomOut }: Wanted): uPlot.Options {
  const { quiet = '', line = '', surface = '' } = colours;
  const ticks = () => graphTicks(drawn().graph);
  const axis = { font, stroke: quiet, ticks: { show: false } };

  return {
    ...size,
    padding: [markHeight, edgeWidth, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: true, range: () => [drawn().from, drawn().to] },
      y: { range: () => [0, ticks().at(-1) ?? 1] },
    },
    axes: [
      {
        ...axis,
        size: timeHeight,
        space: 64,
        grid: { show: false },
        values: (_, splits, _axis, _space, apart) => splits.map((at) => timeTick(at, apart)),
      },
      {
        ...axis,
        size: axisWidth,
        grid: { stroke: line, width: 1 },
        splits: ticks,
        values: (_, splits) => splits.map(drawn().graph.unit.format),
      },
    ],
    series: [{}, ...drawnOrder(drawn().graph).map((each) => seriesOptions(each, colours))],
    cursor: {
      y: false,
      points: { size: 7, width: 2, stroke: () => surface },
      drag: { x: true, y: false, setScale: false, dist: smallestDrag },
      // A drag is that of one graph alone; the address brings what it chose to the others.
      sync: { key: cursor.key, filters: { pub: (event) => event === 'mousemove' || event === 'mouseleave' } },
      bind: {
        dblclick: () => () => {
          onZoomOut();
          return null;
        },
      },
    },
    hooks: {
      setCursor: [(plot: uPlot) => cursor.set((plot.cursor.left ?? -1) < 0 ? undefined : (plot.cursor.idx ?? undefined))],
      setSelect: [
        (plot: uPlot) => {
          const { left, width } = plot.select;
          if (width >= smallestDrag) onZoom(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

function seriesOptions({ look, token, ...line }: Line, colours: Colours): uPlot.Series {
  const { [token]: own = '', surface = '' } = colours;
  const stroke = line.soft ? soft(own, surface) : own;
  if (look === 'bar') return { fill: stroke, width: 0, paths: uPlot.paths.bars?.({ size: [0.8, 40], align: 0 }), points: { show: false } };
  if (look === 'limit') return { stroke, width: 1, dash: [2, 4], points: { show: false } };

  return {
    stroke,
    width: 1.5,
    ...(look === 'dashed' ? { dash: [6, 3] } : {}),
    ...(look === 'area' ? { fill: faded(stroke, 0.14) } : {}),
    points: { show: true, size: 4, fill: stroke, filter: (plot, series) => isolatedPoints(plot.data[series] ?? []) },
  };
}
