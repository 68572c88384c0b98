import { ExternalLink, GitBranch, GitCommitHorizontal, GitPullRequest } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { CopyButton } from '@/components/copy-button';
import { StackedFact } from '@/components/stacked-fact';
import { Text } from '@/components/text';
import { Duration, Time } from '@/components/time';
import { shownAddress } from '@/lib/address';
import { triggerWords } from './trigger';
import { isUnderWay } from './under-way';
import { withoutAddress } from './without-address';

/** DeploymentFacts are what is known of a deployment beside its state: where it answers, what is in it, who wanted it. */
export function DeploymentFacts({ deployment }: { deployment: Schemas['Deployment'] }) {
  const { deployment_url: own, url, state, commit_sha: sha, pull_request: pull, actor, origin } = deployment;
  const author = withoutAddress(deployment.commit_author);
  const who = actor?.login || withoutAddress(actor?.name);

  return (
    <dl className="grid grid-cols-[repeat(auto-fill,minmax(min(15rem,100%),1fr))] gap-x-6 gap-y-4 rounded-lg border border-line bg-surface p-4 sm:p-5">
      <StackedFact name="This deployment">
        {own ? (
          <Address url={own} />
        ) : (
          <span className="text-quiet">{isUnderWay(state) ? 'An address once it is live' : 'It never answered'}</span>
        )}
      </StackedFact>
      <StackedFact name="Environment">
        <Text text={deployment.environment} />
        {state === 'live' && <Address url={url} />}
      </StackedFact>
      <StackedFact name="Commit">
        <span className="flex min-w-0 items-center gap-1.5">
          <GitCommitHorizontal aria-hidden className="size-4 shrink-0 text-quiet" />
          {sha ? <Sha sha={sha} url={deployment.commit_url} /> : <span className="text-quiet">the newest one, not fetched yet</span>}
        </span>
        {author && (
          <span className="line-clamp-1 text-quiet text-sm">
            by <Text text={author} />
          </span>
        )}
      </StackedFact>
      <StackedFact name="Branch">
        <span className="flex min-w-0 items-start gap-1.5">
          <GitBranch aria-hidden className="mt-0.5 size-4 shrink-0 text-quiet" />
          <Text text={deployment.branch} />
        </span>
      </StackedFact>
      {pull && (
        <StackedFact name="Pull request">
          <a href={pull.url} target="_blank" rel="noreferrer" className="flex min-w-0 items-start gap-1.5 hover:underline">
            <GitPullRequest aria-hidden className="mt-0.5 size-4 shrink-0 text-quiet" />
            <span className="min-w-0">
              #{pull.number} <Text text={pull.title} empty="(no title)" />
            </span>
          </a>
          <span className="text-quiet text-sm">
            by <Text text={pull.author} />
          </span>
        </StackedFact>
      )}
      <StackedFact name="Started">
        <Time at={deployment.created_at} />
        <span className="block text-quiet text-sm">
          {triggerWords(deployment.trigger)}
          {who && (
            <>
              , <Text text={who} />
            </>
          )}
          {origin?.commit_sha && <>, of {origin.commit_sha.slice(0, 7)} in </>}
          {origin?.commit_sha && <Text text={origin.environment} />}
        </span>
      </StackedFact>
      <StackedFact name={isUnderWay(state) ? 'Takes so far' : 'Took'}>
        <Duration from={deployment.created_at} to={deployment.ended_at} />
        {deployment.ended_at && (
          <span className="block text-quiet text-sm">
            {state === 'live' ? 'live since ' : `${state === 'retired' ? 'was live from' : 'ended'} `}
            <Time at={deployment.ended_at} />
          </span>
        )}
      </StackedFact>
    </dl>
  );
}

function Address({ url }: { url: string }) {
  return (
    <a href={url} target="_blank" rel="noreferrer" className="flex w-fit max-w-full items-center gap-1.5 hover:underline">
      <span className="truncate">{shownAddress(url)}</span>
      <ExternalLink aria-hidden className="size-3.5 shrink-0 text-quiet" />
    </a>
  );
}

function Sha({ sha, url }: { sha: string; url: string | undefined }) {
  const short = <code className="font-mono text-sm">{sha.slice(0, 7)}</code>;

  return (
    <>
      {url ? (
        <a href={url} target="_blank" rel="noreferrer" className="underline decoration-line underline-offset-4 hover:decoration-current">
          {short}
        </a>
      ) : (
        short
      )}
      <CopyButton text={sha} what="the commit's hash" />
    </>
  );
}
