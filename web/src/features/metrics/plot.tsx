import { type KeyboardEvent, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import './plot.css';
import type { GraphCursor } from './cursor';
import { drawnValues, type Graph } from './graph';
import { plotOptions } from './plot-options';
import { useColours } from './use-colours';

type Props = {
  graph: Graph;
  /** times are when the points begin, in seconds since 1970; each is `step` seconds long. */
  times: number[];
  step: number;
  from: number;
  to: number;
  height: number;
  cursor: GraphCursor;
  onZoom: (from: number, to: number) => void;
  onZoomOut: () => void;
};

/** Plot draws a graph. The arrow keys move the cursor of all graphs, Enter shows what is around it larger, Escape goes back. */
export function Plot(props: Props) {
  const { graph, times, step, height, cursor } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const now = useRef(props);
  const colours = useColours();
  now.current = props;

  useEffect(() => {
    const parent = box.current;
    if (!parent) return;

    const made = new uPlot(
      plotOptions({
        drawn: () => now.current,
        colours,
        cursor,
        size: { width: parent.clientWidth, height },
        onZoom: (from, to) => now.current.onZoom(from, to),
        onZoomOut: () => now.current.onZoomOut(),
      }),
      dataOf(now.current),
      parent,
    );
    plot.current = made;

    const watch = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height }));
    watch.observe(parent);
    // The canvas has measured its words before the typeface was there.
    void document.fonts?.ready.then(() => plot.current === made && made.redraw(false, true));

    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = undefined;
      cursor.set(undefined);
    };
  }, [colours, cursor, height]);

  useEffect(() => {
    plot.current?.setData(dataOf({ graph, times, step }));
  }, [graph, times, step]);

  const moveTo = (point: number | undefined) => {
    const made = plot.current as Publishing | undefined;
    const at = point === undefined ? undefined : made?.data[0][point];
    if (made) made.setCursor(at === undefined ? { left: -10, top: -10 } : { left: made.valToPos(at, 'x'), top: 1 }, true, true);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const last = times.length - 1;
    const point = cursor.get() ?? last + 1;

    if (event.key === 'ArrowLeft') moveTo(Math.max(0, point - 1));
    else if (event.key === 'ArrowRight') moveTo(Math.min(last, point + 1));
    else if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(last);
    else if (event.key === 'Enter') {
      const [middle = 0, quarter] = [times[Math.min(point, last)], (props.to - props.from) / 4];
      props.onZoom(middle - quarter, middle + quarter);
    } else if (event.key === 'Escape') {
      if (cursor.get() === undefined) props.onZoomOut();
      else moveTo(undefined);
    } else return;

    event.preventDefault();
  };

  return (
    <div
      ref={box}
      role="img"
      aria-label={graph.summary}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard moves the cursor of the graph.
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => moveTo(undefined)}
      style={{ height }}
    />
  );
}

// The types of uPlot leave out that a moved cursor can move those of the other graphs, too.
type Publishing = Omit<uPlot, 'setCursor'> & { setCursor: (at: { left: number; top: number }, fire: boolean, publish: boolean) => void };

function dataOf({ graph, times, step }: Pick<Props, 'graph' | 'times' | 'step'>): uPlot.AlignedData {
  return [times.map((begins) => begins + step / 2), ...drawnValues(graph)];
}
