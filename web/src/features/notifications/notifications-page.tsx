import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { $api, api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { channelsQuery } from '@/api/queries/notifications';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Confirm } from '@/components/confirm';
import { GuardedButton } from '@/components/guarded-button';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { Skeleton } from '@/components/skeleton';
import { useToast } from '@/components/toast';
import { reasonAgainst } from '@/features/session/role';
import { useArrival } from '@/lib/use-arrival';
import { AddChannel } from './add-channel';
import { ChangeChannel } from './change-channel';
import { ChannelList } from './channel-list';
import { KeyDialog } from './key-dialog';
import { useTestMessage } from './use-test-message';

type Channel = Schemas['NotificationChannel'];
type Asking = { to: 'add' } | { to: 'change' | 'remove' | 'rotate'; channel: Channel } | { to: 'copy'; name: string; signingKey: string };

/** NotificationsPage is where an organisation is told of deployments that fail, and of environments that work again. */
export function NotificationsPage({ organisation }: { organisation: Schemas['Organisation'] }) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const reason = reasonAgainst(organisation, 'developer');
  const channels = useQuery({ ...channelsQuery(organisation.id), enabled: !reason });
  const test = useTestMessage(organisation.id);
  const [asking, setAsking] = useState<Asking>();
  const close = () => setAsking(undefined);
  useArrival('channel', () => !reason && setAsking({ to: 'add' }));
  const onSuccess = () => queryClient.invalidateQueries(channelsQuery(organisation.id));
  const onError = (error: unknown) => toast('The channel is as it was', asProblem(error).message);
  const change = $api.useMutation('patch', '/v1/organisations/{organisation_id}/notification-channels/{channel_id}', {
    onSuccess,
    onError,
  });
  const resend = $api.useMutation('post', '/v1/organisations/{organisation_id}/notification-channels/{channel_id}/resend-confirmation', {
    onSuccess: () => toast('Another message asks for the confirmation'),
    onError: (error: unknown) => toast('No message was sent', asProblem(error).message),
  });
  const pathOf = ({ id }: Channel) => ({ params: { path: { organisation_id: organisation.id, channel_id: id } } });

  const rotate = async (channel: Channel) => {
    const { data } = await api.POST('/v1/organisations/{organisation_id}/notification-channels/{channel_id}/rotate-key', pathOf(channel));
    if (data?.signing_key) setAsking({ to: 'copy', name: channel.name, signingKey: data.signing_key });
    await onSuccess();
  };

  const remove = async (channel: Channel) => {
    await api.DELETE('/v1/organisations/{organisation_id}/notification-channels/{channel_id}', pathOf(channel));
    await onSuccess();
  };

  return (
    <Page
      title="Notifications"
      text="Where the organisation is told of each deployment that fails, and of the next one that goes live in the same environment."
      actions={
        <GuardedButton reason={reason} look="main" onClick={() => setAsking({ to: 'add' })}>
          <Plus aria-hidden />
          New channel
        </GuardedButton>
      }
    >
      {reason && <Notice title="You cannot look at this">{reason}</Notice>}
      {channels.error && (
        <Notice tone="bad" live actions={<Button onClick={() => void channels.refetch()}>Try again</Button>}>
          {asProblem(channels.error).message}
        </Notice>
      )}
      {!reason && (
        <Card title="Channels" flush>
          {channels.data ? (
            <ChannelList
              channels={channels.data.items ?? []}
              testing={test.isPending ? test.variables.id : undefined}
              onTest={test.mutate}
              onChange={(channel) => setAsking({ to: 'change', channel })}
              onResend={(channel) => resend.mutate(pathOf(channel))}
              onRotate={(channel) => setAsking({ to: 'rotate', channel })}
              onSwitch={(channel) => change.mutate({ ...pathOf(channel), body: { enabled: !channel.enabled } })}
              onRemove={(channel) => setAsking({ to: 'remove', channel })}
            />
          ) : channels.error ? (
            <p className="p-4 text-quiet sm:px-5">The channels could not be fetched.</p>
          ) : (
            <div role="status" className="p-4">
              <span className="sr-only">Fetching the channels…</span>
              <Skeleton className="h-12" />
            </div>
          )}
        </Card>
      )}
      {asking?.to === 'add' && (
        <AddChannel
          organisation={organisation}
          onClose={close}
          onMade={({ name, signing_key }) => setAsking(signing_key ? { to: 'copy', name, signingKey: signing_key } : undefined)}
        />
      )}
      {asking?.to === 'change' && <ChangeChannel organisationId={organisation.id} channel={asking.channel} onClose={close} />}
      {asking?.to === 'copy' && <KeyDialog name={asking.name} signingKey={asking.signingKey} onClose={close} />}
      <Confirm
        open={asking?.to === 'rotate'}
        onOpenChange={() => setAsking((now) => (now?.to === 'rotate' ? undefined : now))}
        title={asking?.to === 'rotate' && `Replace the key of ${asking.channel.name}?`}
        action="Replace the key"
        onConfirm={async () => asking?.to === 'rotate' && rotate(asking.channel)}
      >
        The new key is shown once. For 24 hours messages carry the signatures of both keys, so that your program loses none until it has the
        new one.
      </Confirm>
      <Confirm
        open={asking?.to === 'remove'}
        onOpenChange={close}
        title={asking?.to === 'remove' && `Remove ${asking.channel.name}?`}
        action="Remove the channel"
        danger
        onConfirm={async () => asking?.to === 'remove' && remove(asking.channel)}
      >
        Nothing is sent there from now on, nor what is still on its way.
      </Confirm>
    </Page>
  );
}
