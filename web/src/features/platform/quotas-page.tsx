import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { $api } from '@/api/client';
import { platformQuotasQuery } from '@/api/queries/platform';
import { Page } from '@/components/page';
import { OrganisationQuotas } from './organisation-quotas';
import { QuotaForm } from './quota-form';

/** QuotasPage sets what organisations may use at most: all of them, and one. */
export function QuotasPage({ slug, onSlug }: { slug: string | undefined; onSlug: (slug: string | undefined) => void }) {
  const queryClient = useQueryClient();
  const { data } = useSuspenseQuery(platformQuotasQuery());
  const set = $api.useMutation('put', '/v1/quotas');

  return (
    <Page title="Quotas" text="What organisations may use at most.">
      <QuotaForm
        title="The platform’s quotas"
        text="They hold for every organisation that has no number of its own. Nothing that runs is stopped by a lower number."
        settings={data}
        otherwise="what comes with the platform"
        onSave={async (body) => {
          await set.mutateAsync({ body });
          // What organisations may use follows from it.
          await queryClient.invalidateQueries({ queryKey: ['get', '/v1/quotas'] });
          await queryClient.invalidateQueries({ queryKey: ['get', '/v1/quotas/{organisation_slug}'] });
        }}
      />
      <OrganisationQuotas slug={slug} onSlug={onSlug} />
    </Page>
  );
}
