import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { $api } from '@/api/client';
import { asProblem } from '@/api/problem';
import { organisationQuotasQuery } from '@/api/queries/platform';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Field, Input } from '@/components/field';
import { QuotaForm } from './quota-form';

type Props = {
  /** slug is the organisation whose numbers are shown, as it stands in the address. */
  slug: string | undefined;
  onSlug: (slug: string | undefined) => void;
};

/** OrganisationQuotas finds an organisation by its slug, and sets what it alone may use. */
export function OrganisationQuotas({ slug, onSlug }: Props) {
  const [typed, setTyped] = useState(slug ?? '');
  const queryClient = useQueryClient();
  const quotas = useQuery({ ...organisationQuotasQuery(slug ?? ''), enabled: Boolean(slug) });
  const set = $api.useMutation('put', '/v1/quotas/{organisation_slug}');
  const problem = quotas.error ? asProblem(quotas.error) : undefined;

  const find = (event: FormEvent) => {
    event.preventDefault();
    onSlug(typed.trim().toLowerCase() || undefined);
  };

  return (
    <>
      <Card title="An organisation’s own quotas" text="They hold for it in place of the platform’s.">
        <form onSubmit={find} className="flex items-start gap-2">
          <div className="w-full sm:max-w-72">
            <Field
              label="Its name in addresses"
              hint="As in /o/NAME."
              error={
                problem && (problem.status === 404 || problem.status === 422 ? 'There is no organisation of this name.' : problem.message)
              }
            >
              <Input
                data-search
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                autoComplete="off"
                spellCheck={false}
                mono
              />
            </Field>
          </div>
          <Button type="submit" className="mt-6.5" busy={quotas.isFetching && !quotas.data}>
            Show
          </Button>
        </form>
      </Card>
      {slug && quotas.data && (
        <QuotaForm
          key={slug}
          title={`Quotas of ${slug}`}
          text="What is left empty is the platform’s number. Nothing that runs is stopped by a lower number."
          settings={quotas.data}
          otherwise="the platform’s number"
          onSave={async (body) => {
            const saved = await set.mutateAsync({ params: { path: { organisation_slug: slug } }, body });
            queryClient.setQueryData(organisationQuotasQuery(slug).queryKey, saved);
          }}
        />
      )}
    </>
  );
}
