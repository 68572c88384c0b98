import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, ExternalLink } from 'lucide-react';
import { githubSetupQuery } from '@/api/queries/github';
import { organisationsQuery } from '@/api/queries/session';
import { buttonClass } from '@/components/button';
import { Card } from '@/components/card';
import { State } from '@/components/state';

/** GitHubAppCard says whether the platform has a GitHub App, and leads to the page on which an operator makes one. */
export function GitHubAppCard() {
  // The platform tells it to the members of an organisation: an operator who is in none gets the link alone.
  const { data: organisations } = useQuery(organisationsQuery());
  const organisation = organisations?.items?.[0]?.id;
  const { data: setup } = useQuery({ ...githubSetupQuery(organisation ?? ''), enabled: Boolean(organisation) });
  const missing = setup?.ready === false;

  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          GitHub App
          {setup &&
            (setup.ready ? (
              <State tone="good" icon={CircleCheck} word="There is one" />
            ) : (
              <State tone="warn" icon={CircleAlert} word="None yet" />
            ))}
        </span>
      }
    >
      <div className="flex flex-wrap items-center justify-between gap-4">
        <p className="max-w-prose text-quiet">
          {missing
            ? 'Without it nobody signs in with GitHub or chooses repositories there. You make it once, with two clicks.'
            : 'With it people sign in and choose repositories.'}
        </p>
        <a href={setup?.app_page ?? '/github/app'} className={buttonClass(missing ? 'main' : 'plain')}>
          <ExternalLink aria-hidden />
          {missing ? 'Make the GitHub App' : 'The GitHub App'}
        </a>
      </div>
    </Card>
  );
}
