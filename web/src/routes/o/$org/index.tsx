import { useSuspenseInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { projectPagesQuery } from '@/api/queries/projects';
import { buttonClass } from '@/components/button';
import { Page } from '@/components/page';
import { ShowMore } from '@/components/show-more';
import { ReceivedInvitations } from '@/features/organisation/received-invitations';
import { DeletedProjects } from '@/features/project/deleted-projects';
import { FirstProject } from '@/features/project/first-project';
import { ProjectCard } from '@/features/project/project-card';

export const Route = createFileRoute('/o/$org/')({
  loader: ({ context }) => context.queryClient.ensureInfiniteQueryData(projectPagesQuery(context.organisation.id)),
  component: Projects,
});

function Projects() {
  const { organisation, session } = Route.useRouteContext();
  const pages = useSuspenseInfiniteQuery(projectPagesQuery(organisation.id));
  const projects = pages.data.pages.flatMap((page) => page.items ?? []);

  const add = organisation.role !== 'viewer' && (
    <Link to="/o/$org/new" params={{ org: organisation.slug }} className={buttonClass('main')}>
      <Plus aria-hidden />
      New project
    </Link>
  );

  return (
    <Page title="Projects" actions={projects.length > 0 && add}>
      <ReceivedInvitations />
      {projects.length === 0 ? (
        <FirstProject organisation={organisation} isOperator={session.user.operator} />
      ) : (
        <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
          {projects.map((project) => (
            <li key={project.id} className="min-w-0">
              <ProjectCard organisation={organisation.slug} project={project} />
            </li>
          ))}
        </ul>
      )}
      <ShowMore pages={pages} />
      <DeletedProjects organisation={organisation} />
    </Page>
  );
}
