import { createFileRoute } from '@tanstack/react-router';
import { platformQuotasQuery } from '@/api/queries/platform';
import { QuotasPage } from '@/features/platform/quotas-page';

export const Route = createFileRoute('/platform/quotas')({
  validateSearch: (search: Record<string, unknown>): { organisation?: string } =>
    typeof search.organisation === 'string' && search.organisation ? { organisation: search.organisation.slice(0, 40) } : {},
  loader: ({ context }) => context.queryClient.ensureQueryData(platformQuotasQuery()),
  component: Quotas,
});

function Quotas() {
  const { organisation } = Route.useSearch();
  const navigate = Route.useNavigate();

  return <QuotasPage slug={organisation} onSlug={(slug) => void navigate({ search: slug ? { organisation: slug } : {}, replace: true })} />;
}
