import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { organisationsQuery } from '@/api/queries/session';

type Props = { deploymentId: string; project: Schemas['Owner'] | undefined; organisation: Schemas['Owner'] | undefined };

/** DeploymentLink names the project of a deployment. It leads to the deployment where the operator is a member: others' pages are not an operator's to see. */
export function DeploymentLink({ deploymentId, project, organisation }: Props) {
  const { data } = useQuery(organisationsQuery());
  const name = `${organisation?.slug ?? 'unknown'}/${project?.slug ?? 'unknown'}`;
  if (!data?.items?.some(({ id }) => id === organisation?.id)) return <span className="wrap-anywhere">{name}</span>;

  return (
    <Link to="/deployments/$deploymentId" params={{ deploymentId }} className="wrap-anywhere underline decoration-edge underline-offset-2">
      {name}
    </Link>
  );
}
