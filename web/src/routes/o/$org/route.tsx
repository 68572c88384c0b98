import { createFileRoute, notFound, Outlet, redirect, useParams } from '@tanstack/react-router';
import { keysOfChange } from '@/api/changes';
import { useLive } from '@/api/live';
import { organisationBySlugQuery, organisationsQuery } from '@/api/queries/session';
import { NotFound } from '@/components/not-found';
import { FollowRename } from '@/features/organisation/follow-rename';
import { rememberOrganisation } from '@/features/organisation/last-organisation';
import { renamedPath } from '@/features/organisation/renamed-path';
import { requireSession } from '@/features/session/require-session';
import { RoleChanged } from '@/features/session/role-changed';
import { Shell } from '@/features/shell/shell';

export const Route = createFileRoute('/o/$org')({
  // What beforeLoad returns is in the context of all pages below: who is signed in, and the organisation with the user's role in it.
  beforeLoad: async ({ context, params, location, preload }) => {
    const session = await requireSession(context.queryClient, location.href);
    const organisations = (await context.queryClient.fetchQuery({ ...organisationsQuery(), staleTime: 60_000 })).items ?? [];
    const bySlug = (each: { slug: string }) => each.slug === params.org;
    let organisation = organisations.find(bySlug);
    if (!organisation) {
      // It is not among the first, or was renamed since the link was made.
      const others = (await context.queryClient.fetchQuery(organisationBySlugQuery(params.org))).items ?? [];
      organisation = others.find(bySlug);
      const [renamed, another] = others;
      // Where several organisations of the user had the slug, the link does not say which one it means.
      if (!organisation && renamed && !another) {
        const { pathname, search, hash } = location;
        throw redirect({ to: renamedPath(pathname, renamed.slug), search, hash, replace: true });
      }
    }
    if (!organisation) throw notFound();
    if (!preload) rememberOrganisation(organisation.slug);
    return { session, organisation };
  },
  component: Organisation,
  notFoundComponent: () => <NotFound>There is no organisation of this name, or you are not a member of it.</NotFound>,
});

function Organisation() {
  const { organisation } = Route.useRouteContext();
  const { project } = useParams({ strict: false });
  // The pages of a project follow a stream of their own.
  useLive(project ? undefined : `/v1/organisations/${organisation.id}/changes`, 'changed', keysOfChange);

  return (
    <Shell organisation={organisation}>
      <RoleChanged key={organisation.id} organisation={organisation} />
      <FollowRename organisation={organisation} />
      <Outlet />
    </Shell>
  );
}
