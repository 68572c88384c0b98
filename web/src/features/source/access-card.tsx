import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { repositoryAccessQuery } from '@/api/queries/repositories';
import { Card } from '@/components/card';
import { Confirm } from '@/components/confirm';
import { GuardedButton } from '@/components/guarded-button';
import { Notice } from '@/components/notice';
import { AccessDetails } from './access-details';
import { CredentialDialog } from './credential-dialog';
import { TrustHostDialog } from './trust-host-dialog';

type Props = { project: Schemas['Project']; access: Schemas['RepositoryAccess']; reason: string | undefined };

/** AccessCard is how a repository is read that not everybody may read: by a deploy key, or with a credential. */
export function AccessCard({ project, access, reason }: Props) {
  const [asking, setAsking] = useState<'credential' | 'forget' | 'key' | 'trust'>();
  const queryClient = useQueryClient();
  const path = { params: { path: { project_id: project.id } } };
  const makeKey = $api.useMutation('post', '/v1/projects/{project_id}/repository-access/deploy-key');
  const forget = $api.useMutation('delete', '/v1/projects/{project_id}/repository-access');
  const { queryKey } = repositoryAccessQuery(project.id);
  const isBySSH = project.repository_url.startsWith('ssh:');
  const close = () => setAsking(undefined);

  const make = async () => queryClient.setQueryData(queryKey, await makeKey.mutateAsync(path));

  return (
    <Card
      title="Access"
      text={
        project.github
          ? 'The GitHub App reads this repository; it needs no key. What is set here is for repositories elsewhere.'
          : 'A repository that not everybody may read needs a deploy key or a credential.'
      }
      actions={
        <>
          <GuardedButton
            reason={reason}
            size="small"
            busy={makeKey.isPending}
            onClick={() => (access.kind === 'none' ? void make().catch(() => undefined) : setAsking('key'))}
          >
            {access.kind === 'deploy_key' ? 'New deploy key' : 'Make a deploy key'}
          </GuardedButton>
          <GuardedButton reason={reason} size="small" onClick={() => setAsking('credential')}>
            Store a credential
          </GuardedButton>
          {access.kind === 'deploy_key' && (
            <GuardedButton
              reason={reason ?? (isBySSH ? undefined : 'The repository is not read by SSH: its host shows no key.')}
              size="small"
              onClick={() => setAsking('trust')}
            >
              Trust another host key
            </GuardedButton>
          )}
          {access.kind !== 'none' && (
            <GuardedButton reason={reason} size="small" onClick={() => setAsking('forget')}>
              Forget
            </GuardedButton>
          )}
        </>
      }
    >
      <div className="space-y-4">
        {makeKey.error && asking === undefined && (
          <Notice tone="bad" live>
            {asProblem(makeKey.error).message}
          </Notice>
        )}
        <AccessDetails access={access} isBySSH={isBySSH} />
      </div>
      <CredentialDialog project={project} open={asking === 'credential'} onOpenChange={close} />
      {asking === 'trust' && <TrustHostDialog project={project} onClose={close} />}
      <Confirm open={asking === 'key'} onOpenChange={close} title="Make a new deploy key?" action="Make a new key" danger onConfirm={make}>
        It takes the place of what is there, at once. The repository cannot be read until the new public key stands at its host.
      </Confirm>
      <Confirm
        open={asking === 'forget'}
        onOpenChange={close}
        title="Forget how the repository is read?"
        action="Forget it"
        danger
        onConfirm={async () => {
          await forget.mutateAsync(path);
          await queryClient.invalidateQueries({ queryKey });
        }}
      >
        The {access.kind === 'deploy_key' ? 'deploy key' : 'credential'} is deleted. From then on the repository is read as everybody may
        read it; where not everybody may, pushes are no longer seen. What is live stays.
      </Confirm>
    </Card>
  );
}
