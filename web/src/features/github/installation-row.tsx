import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronRight, CircleAlert, CircleCheck, CirclePause, ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { installationsQuery, repositoriesQuery } from '@/api/queries/github';
import { Button, buttonClass } from '@/components/button';
import { Confirm } from '@/components/confirm';
import { GitHubMark } from '@/components/github-mark';
import { Notice } from '@/components/notice';
import { State } from '@/components/state';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { ConnectGitHub } from './connect-github';

const looks = {
  active: { tone: 'good', icon: CircleCheck, word: 'Connected' },
  suspended: { tone: 'warn', icon: CirclePause, word: 'Suspended' },
  removed: { tone: 'bad', icon: CircleAlert, word: 'Not installed' },
} as const;

type Props = { organisation: Schemas['Organisation']; installation: Schemas['GitHubInstallation']; back: string };

/** InstallationRow is an account on GitHub: what it lets Zeitwork reach, what is wrong, and how it is changed or taken away. */
export function InstallationRow({ organisation, installation, back }: Props) {
  const queryClient = useQueryClient();
  const [leaving, setLeaving] = useState(false);
  const remove = $api.useMutation('delete', '/v1/organisations/{organisation_id}/github/installations/{installation_id}');
  const path = { organisation_id: organisation.id, installation_id: installation.id };
  const isOwner = organisation.role === 'owner';
  const listed = useQuery({ ...repositoriesQuery(organisation.id, ''), enabled: organisation.role !== 'viewer' }).data;
  // Of a list that goes on the number is not known.
  const reached =
    listed && !listed.next_cursor ? listed.items.filter((each) => each.installation_id === installation.id).length : undefined;
  const permissions = Object.entries(installation.permissions).map(([what, level]) => `${what.replaceAll('_', ' ')}: ${level}`);

  const disconnect = async () => {
    await remove.mutateAsync({ params: { path } });
    await queryClient.invalidateQueries({ queryKey: installationsQuery(organisation.id).queryKey.slice(0, 2) });
    await queryClient.invalidateQueries({ queryKey: ['get', '/v1/organisations/{organisation_id}/github/repositories'] });
  };

  return (
    <div className="space-y-3 px-4 py-3 sm:px-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <GitHubMark className="size-5 shrink-0" />
        <div className="min-w-40 flex-1">
          <p className="font-medium">
            <Text text={installation.account} />
          </p>
          <p className="text-quiet text-sm">
            {installation.account_kind === 'organization' ? 'Organization' : 'Personal account'}
            {' · '}
            {installation.has_all ? 'all repositories' : 'chosen repositories'}
            {reached !== undefined && installation.state === 'active' && ` (${reached})`}
            {installation.connected_at && (
              <>
                {' · connected '}
                <Time at={installation.connected_at} />
              </>
            )}
          </p>
        </div>
        <State {...looks[installation.state]} />
        <div className="flex flex-wrap gap-2">
          {installation.state === 'removed' && isOwner && (
            <ConnectGitHub organisationId={organisation.id} back={back} look="plain">
              Install again
            </ConnectGitHub>
          )}
          {installation.settings_url && installation.state !== 'removed' && (
            <a href={installation.settings_url} target="_blank" rel="noreferrer" className={buttonClass('plain', 'medium')}>
              Change on GitHub
              <ExternalLink aria-hidden />
            </a>
          )}
          {isOwner && (
            <Button look="quiet" onClick={() => setLeaving(true)} aria-label={`Disconnect ${installation.account}`}>
              Disconnect
            </Button>
          )}
        </div>
      </div>
      {permissions.length > 0 && (
        <details className="group text-quiet text-sm">
          <summary className="inline-flex items-center gap-1 rounded-md hover:text-text">
            <ChevronRight aria-hidden className="size-3.5 transition-transform group-open:rotate-90" />
            What Zeitwork may do there
          </summary>
          <p className="mt-1 pl-4.5 wrap-anywhere">{permissions.sort().join(' · ')}</p>
        </details>
      )}
      {installation.problem && <Notice tone={installation.state === 'removed' ? 'bad' : 'warn'}>{installation.problem}</Notice>}
      <Confirm
        open={leaving}
        onOpenChange={setLeaving}
        title={`Disconnect ${installation.account}?`}
        action="Disconnect"
        danger
        onConfirm={disconnect}
      >
        <ul className="list-disc space-y-1 pl-5">
          <li>Pushes to its repositories are no longer seen, and nothing of them can be built.</li>
          <li>What is live keeps running, and its projects stay.</li>
          <li>The App stays installed on GitHub until it is removed there; connecting the account again brings everything back.</li>
        </ul>
      </Confirm>
    </div>
  );
}
