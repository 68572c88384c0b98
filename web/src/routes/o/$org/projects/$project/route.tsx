import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute, notFound, Outlet } from '@tanstack/react-router';
import { keysOfChange } from '@/api/changes';
import { useLive } from '@/api/live';
import { asProblem } from '@/api/problem';
import { projectQuery } from '@/api/queries/projects';
import { NotFound } from '@/components/not-found';
import { findProject } from '@/features/project/find-project';
import { ProjectHeader } from '@/features/project/project-header';

export const Route = createFileRoute('/o/$org/projects/$project')({
  // The pages below know the project by its id, which stays when its slug does not.
  beforeLoad: async ({ context, params }) => {
    const project = await findProject(context.queryClient, context.organisation.id, params.project);
    if (!project) throw notFound();
    return { projectId: project.id };
  },
  loader: ({ context }) => context.queryClient.ensureQueryData(projectQuery(context.projectId)),
  component: Project,
  notFoundComponent: Missing,
});

function Project() {
  const { organisation, projectId } = Route.useRouteContext();
  const { data: project, error } = useSuspenseQuery(projectQuery(projectId));

  useLive(`/v1/projects/${projectId}/changes`, 'changed', keysOfChange);

  // It was there when the page was opened, and has been deleted since.
  if (error && asProblem(error).status === 404) return <Missing />;

  return (
    <>
      <ProjectHeader organisation={organisation} project={project} />
      <Outlet />
    </>
  );
}

function Missing() {
  return <NotFound>There is no project of this name in this organisation. It may have been deleted or renamed.</NotFound>;
}
