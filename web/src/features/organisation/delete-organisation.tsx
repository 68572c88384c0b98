import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { installationsQuery } from '@/api/queries/github';
import { invitationsQuery, organisationTokensQuery } from '@/api/queries/organisation';
import { projectsQuery } from '@/api/queries/projects';
import { organisationsQuery } from '@/api/queries/session';
import { Card } from '@/components/card';
import { Confirm } from '@/components/confirm';
import { GoingList } from '@/components/going-list';
import { GuardedButton } from '@/components/guarded-button';
import { Notice } from '@/components/notice';
import { personName } from '@/features/members/person';
import { plural } from '@/lib/units';

type Props = { organisation: Schemas['Organisation']; members: Schemas['Member'][]; reason: string | undefined };

/** DeleteOrganisation says what goes with an organisation, and deletes it once its name was typed. */
export function DeleteOrganisation({ organisation, members, reason }: Props) {
  const [asking, setAsking] = useState(false);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const isOwner = reason === undefined;
  const { data: projects } = useQuery(projectsQuery(organisation.id));
  const { data: tokens } = useQuery({ ...organisationTokensQuery(organisation.id), enabled: isOwner });
  const { data: invitations } = useQuery({ ...invitationsQuery(organisation.id), enabled: isOwner });
  const { data: installations } = useQuery(installationsQuery(organisation.id));
  const accounts = installations?.items ?? [];
  const { mutateAsync } = $api.useMutation('delete', '/v1/organisations/{organisation_id}');
  const left = projects?.items?.length ?? 0;
  const blocked = left > 0 ? `It still has ${plural(left, 'project')}. Delete those first.` : undefined;

  const list = (
    <GoingList
      going={[
        { noun: 'member', count: members.length, names: members.map(({ user }) => personName(user)) },
        { noun: 'token', count: tokens?.items?.length ?? 0, names: tokens?.items?.map(({ name }) => name) },
        { noun: 'open invitation', count: invitations?.items?.length ?? 0 },
        {
          noun: 'tie to an account on GitHub',
          nouns: 'ties to accounts on GitHub',
          count: accounts.length,
          names: accounts.map(({ account }) => account),
        },
      ]}
    >
      <li>The name {organisation.slug}: nobody gets it again</li>
      <li>Deleted projects that could be restored until now</li>
    </GoingList>
  );

  const remove = async () => {
    await mutateAsync({ params: { path: { organisation_id: organisation.id } } });
    // The first page asks for them. Asked for here, this page would say that there is no such organisation before it is left.
    await queryClient.invalidateQueries({ ...organisationsQuery(), refetchType: 'none' });
    await navigate({ to: '/' });
  };

  return (
    <Card
      title="Delete this organisation"
      text="It cannot be undone. One that still has projects cannot be deleted."
      footer={
        <GuardedButton reason={reason ?? blocked} look="danger" onClick={() => setAsking(true)}>
          Delete {organisation.slug}
        </GuardedButton>
      }
    >
      <div className="space-y-3">
        {isOwner && blocked && (
          <Notice tone="warn">
            {blocked}{' '}
            <Link to="/o/$org" params={{ org: organisation.slug }} className="underline">
              See its projects
            </Link>
          </Notice>
        )}
        <h3 className="font-medium">What goes with it</h3>
        {list}
      </div>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Delete ${organisation.slug} for good?`}
        action="Delete the organisation"
        danger
        typed={organisation.slug}
        onConfirm={remove}
      >
        <p className="mb-2">This goes at once, and cannot be undone:</p>
        {list}
      </Confirm>
    </Card>
  );
}
