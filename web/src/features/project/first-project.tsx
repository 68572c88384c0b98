import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Boxes, Check } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { githubSetupQuery, installationsQuery } from '@/api/queries/github';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import { Skeleton } from '@/components/skeleton';
import { NoGitHub } from '@/features/github/no-github';
import { RepositoryList } from '@/features/github/repository-list';

type Props = { organisation: Schemas['Organisation']; isOperator: boolean };

const steps = ['Connect GitHub', 'Choose a repository: its framework is detected', 'Deploy, and watch it go live'];

/** FirstProject stands where the projects of an organisation will be, and begins the first of them. */
export function FirstProject({ organisation, isOperator }: Props) {
  const installations = useQuery(installationsQuery(organisation.id)).data?.items;
  const setup = useQuery(githubSetupQuery(organisation.id)).data;

  const connected = (installations?.length ?? 0) > 0;

  if (organisation.role === 'viewer') {
    return (
      <Empty icon={Boxes} title="No project yet">
        <p>You are a viewer here. Developers and owners of this organisation make projects; you will see them as soon as there is one.</p>
      </Empty>
    );
  }

  return (
    <div className="space-y-4">
      <Card
        flush
        title="No project yet"
        text="A project is a repository that is deployed with every push. The first one is live in a minute."
      >
        <ol className="grid gap-4 p-4 sm:grid-cols-3 sm:p-5">
          {steps.map((step, index) => (
            <li key={step} className="flex items-start gap-3">
              <span
                aria-hidden
                className="flex size-6 shrink-0 items-center justify-center rounded-full bg-accent-page font-semibold text-accent text-sm"
              >
                {index === 0 && connected ? <Check className="size-4" /> : index + 1}
              </span>
              <span className="text-soft">{index === 0 && connected ? 'GitHub is connected' : step}</span>
            </li>
          ))}
        </ol>
        <div className="min-h-64 border-line border-t">
          {!installations || !setup ? (
            <div role="status" className="space-y-3 p-4 sm:p-5">
              <p className="text-quiet text-sm">Looking which accounts on GitHub are connected…</p>
              <Skeleton className="h-32" />
            </div>
          ) : !connected ? (
            <NoGitHub setup={setup} organisation={organisation} isOperator={isOperator} back={`/o/${organisation.slug}/new`} />
          ) : (
            <div className="pt-4">
              <RepositoryList organisation={organisation} action="Choose" />
            </div>
          )}
        </div>
        <p className="border-line border-t px-4 py-3 text-quiet sm:px-5">
          Not on GitHub?{' '}
          <Link to="/o/$org/new" params={{ org: organisation.slug }} className="text-text">
            Deploy any git URL
          </Link>
        </p>
      </Card>
    </div>
  );
}
