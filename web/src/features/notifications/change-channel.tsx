import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { channelsQuery } from '@/api/queries/notifications';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Notice } from '@/components/notice';
import { ChannelFields } from './channel-fields';

type Props = { organisationId: string; channel: Schemas['NotificationChannel']; onClose: () => void };

/** ChangeChannel gives a channel another name or address. */
export function ChangeChannel({ organisationId, channel, onClose }: Props) {
  const form = useId();
  const queryClient = useQueryClient();
  const isSecret = channel.kind === 'slack';
  const [values, setValues] = useState({ name: channel.name, address: isSecret ? '' : channel.address });
  const change = $api.useMutation('patch', '/v1/organisations/{organisation_id}/notification-channels/{channel_id}', {
    onSuccess: async () => {
      await queryClient.invalidateQueries(channelsQuery(organisationId));
      onClose();
    },
  });
  const problem = change.error ? asProblem(change.error) : undefined;
  const errors = problem?.errors ?? [];
  const address = values.address.trim();
  const isNew = address !== '' && (isSecret || address !== channel.address);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({
      params: { path: { organisation_id: organisationId, channel_id: channel.id } },
      body: { name: values.name.trim(), ...(isNew ? { address } : {}) },
    });
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={<>Change {channel.name.slice(0, 100)}</>}
      {...(channel.kind === 'webhook' ? { text: 'The key that messages are signed with stays the same.' } : {})}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="main" type="submit" form={form} busy={change.isPending} disabled={!values.name.trim() || (!isSecret && !address)}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4" noValidate>
        <ChannelFields kind={channel.kind} values={values} onChange={setValues} errors={errors} keptAddress={isSecret} />
        {problem && errors.length === 0 && (
          <Notice tone="bad" live>
            {problem.message}
          </Notice>
        )}
      </form>
    </Dialog>
  );
}
