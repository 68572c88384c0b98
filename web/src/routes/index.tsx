import { createFileRoute, redirect } from '@tanstack/react-router';
import { organisationsQuery } from '@/api/queries/session';
import { lastOrganisation } from '@/features/organisation/last-organisation';
import { NoOrganisation } from '@/features/organisation/no-organisation';
import { requireSession } from '@/features/session/require-session';

export const Route = createFileRoute('/')({
  beforeLoad: async ({ context, location }) => {
    await requireSession(context.queryClient, location.href);
    const organisations = (await context.queryClient.fetchQuery(organisationsQuery())).items ?? [];
    const last = lastOrganisation();
    const organisation = organisations.find((each) => each.slug === last) ?? organisations[0];
    if (organisation) throw redirect({ to: '/o/$org', params: { org: organisation.slug }, replace: true });
  },
  component: NoOrganisation,
});
