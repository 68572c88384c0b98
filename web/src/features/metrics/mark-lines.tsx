import { useEffect, useMemo, useRef, useState } from 'react';
import type { Schemas } from '@/api/client';
import { MarkLine } from './mark-line';
import { marksOf } from './marks';
import { axisWidth, edgeWidth } from './plot-options';

type Props = {
  deployments: Schemas['DeploymentMark'][];
  from: number;
  to: number;
  organisation: string;
  project: string;
  reachable: boolean;
};

// Marks are as wide as fingers need them.
const markWidth = 24;

/** MarkLines lies over a plot and shows when deployments went live. What is between the marks belongs to the plot. */
export function MarkLines({ deployments, from, to, organisation, project, reachable }: Props) {
  const box = useRef<HTMLUListElement>(null);
  const [width, setWidth] = useState(0);

  useEffect(() => {
    if (!box.current) return;
    const watch = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);

  const marks = useMemo(() => (width > 0 ? marksOf(deployments, { from, to }, markWidth / width) : []), [deployments, from, to, width]);

  return (
    <ul
      ref={box}
      aria-label="Deployments that went live"
      aria-hidden={reachable ? undefined : true}
      className="pointer-events-none absolute top-0 bottom-7"
      style={{ left: axisWidth, right: edgeWidth }}
    >
      {marks.map((mark) => (
        <MarkLine key={mark.deployment.id} mark={mark} organisation={organisation} project={project} reachable={reachable} />
      ))}
    </ul>
  );
}
