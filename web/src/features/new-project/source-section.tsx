import { useQuery } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { githubSetupQuery, installationsQuery } from '@/api/queries/github';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Notice } from '@/components/notice';
import { Skeleton } from '@/components/skeleton';
import { ConnectGitHub } from '@/features/github/connect-github';
import { NoGitHub } from '@/features/github/no-github';
import { RepositoryList } from '@/features/github/repository-list';
import { GitURL } from './git-url';

type Props = { organisation: Schemas['Organisation']; isOperator: boolean };

/** SourceSection is where one chooses what a project is made of: a repository of a connected account, or a git URL. */
export function SourceSection({ organisation, isOperator }: Props) {
  const setup = useQuery(githubSetupQuery(organisation.id));
  const installations = useQuery(installationsQuery(organisation.id));
  const error = setup.error ?? installations.error;
  const back = `/o/${organisation.slug}/new`;
  const connected = (installations.data?.items.length ?? 0) > 0;

  return (
    <Card
      flush
      title="Where from"
      text="A repository on GitHub, or anywhere else that git reaches."
      actions={
        connected &&
        setup.data?.ready &&
        organisation.role === 'owner' && (
          <ConnectGitHub organisationId={organisation.id} back={back} look="plain">
            Other accounts or repositories
          </ConnectGitHub>
        )
      }
    >
      <div className="min-h-88">
        {error ? (
          <div className="p-4">
            <Notice
              tone="bad"
              live
              actions={
                <Button
                  onClick={() => {
                    void setup.refetch();
                    void installations.refetch();
                  }}
                >
                  <RotateCw aria-hidden />
                  Try again
                </Button>
              }
            >
              {asProblem(error).message}
            </Notice>
          </div>
        ) : !setup.data || !installations.data ? (
          <div role="status" className="space-y-3 p-4 sm:px-5">
            <p className="text-quiet text-sm">Looking which accounts are connected…</p>
            <Skeleton className="h-8" />
            <Skeleton className="h-40" />
          </div>
        ) : connected ? (
          <div className="pt-3">
            <RepositoryList organisation={organisation} action="Choose" />
          </div>
        ) : (
          <NoGitHub setup={setup.data} organisation={organisation} isOperator={isOperator} back={back} />
        )}
      </div>
      <GitURL organisation={organisation.slug} />
    </Card>
  );
}
