import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { quotasQuery } from '@/api/queries/organisation';
import { Card } from '@/components/card';
import { Meter } from '@/components/meter';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { limits } from '@/features/usage/limits';

// What is used changes with each build and request.
const pollEvery = 10_000;

export const Route = createFileRoute('/o/$org/usage')({
  loader: ({ context }) => context.queryClient.ensureQueryData(quotasQuery(context.organisation.id)),
  component: Usage,
});

function Usage() {
  const { organisation } = Route.useRouteContext();
  const { data: quotas } = useSuspenseQuery({ ...quotasQuery(organisation.id), refetchInterval: pollEvery });
  const full = limits.filter(({ quota }) => quotas[quota].used >= quotas[quota].limit);

  return (
    <Page
      title="Usage"
      text="What the organisation uses now, and how much it may use at most. Operators of the platform raise limits: ask one of them."
    >
      {full.length > 0 && (
        <Notice tone="warn" title="At the limit">
          {full.map(({ name }) => name).join(', ')}: what happens now stands below each.
        </Notice>
      )}
      <Card>
        <ul className="grid gap-x-10 gap-y-6 md:grid-cols-2">
          {limits.map(({ quota, name, format, atLimit }) => (
            <li key={quota} className="min-w-0">
              <Meter label={name} value={quotas[quota].used} limit={quotas[quota].limit} format={format} />
              <p className="mt-1.5 text-quiet text-sm">At the limit: {atLimit.charAt(0).toLowerCase() + atLimit.slice(1)}</p>
            </li>
          ))}
        </ul>
      </Card>
    </Page>
  );
}
