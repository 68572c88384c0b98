import { Link } from '@tanstack/react-router';
import { Tooltip } from '@/components/tooltip';
import { formatExact } from '@/lib/time';
import { plural } from '@/lib/units';
import { type Mark, nameOf } from './marks';

type Props = {
  mark: Mark;
  organisation: string;
  project: string;
  /** reachable has the keyboard stop here. The same marks stand in all graphs, and one stop for each is enough. */
  reachable: boolean;
};

/** MarkLine shows in a graph when a deployment went live, and leads to it. */
export function MarkLine({ mark: { deployment, share, others }, organisation, project, reachable }: Props) {
  const name = nameOf(deployment);
  const more = others > 0 ? `, and ${plural(others, 'deployment')} just before it` : '';

  return (
    <li className="absolute inset-y-0 w-0" style={{ left: `${share * 100}%` }}>
      <span className="-translate-x-1/2 absolute top-4 bottom-0 w-px bg-text opacity-50" />
      <Tooltip text={`${name} went live${more}: ${formatExact(Date.parse(deployment.live_at))}`}>
        <Link
          to="/o/$org/projects/$project/deployments/$deploymentId"
          params={{ org: organisation, project, deploymentId: deployment.id }}
          aria-label={`Deployment ${name}${more}`}
          aria-hidden={reachable ? undefined : true}
          tabIndex={reachable ? undefined : -1}
          className="group -translate-x-1/2 pointer-events-auto absolute top-0 flex size-6 items-center justify-center rounded-md"
        >
          <span aria-hidden className="size-2 rotate-45 bg-text transition-transform group-hover:scale-150 group-focus-visible:scale-150" />
        </Link>
      </Tooltip>
    </li>
  );
}
