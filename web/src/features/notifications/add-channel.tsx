import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { channelsQuery } from '@/api/queries/notifications';
import { Button } from '@/components/button';
import { Choices } from '@/components/choices';
import { Dialog } from '@/components/dialog';
import { Notice } from '@/components/notice';
import { ChannelFields } from './channel-fields';
import { type Kind, kindOptions } from './kinds';

type Props = { organisation: Schemas['Organisation']; onClose: () => void; onMade: (channel: Schemas['NewNotificationChannel']) => void };

/** AddChannel adds a place that messages go to. */
export function AddChannel({ organisation, onClose, onMade }: Props) {
  const form = useId();
  const queryClient = useQueryClient();
  const [kind, setKind] = useState<Kind>('email');
  const [values, setValues] = useState({ name: '', address: '' });
  // The key of a webhook is shown once: also to somebody who has closed the dialog before it was there.
  const add = $api.useMutation('post', '/v1/organisations/{organisation_id}/notification-channels', {
    onSuccess: (channel) => {
      void queryClient.invalidateQueries(channelsQuery(organisation.id));
      onMade(channel);
    },
  });
  const problem = add.error ? asProblem(add.error) : undefined;
  const errors = problem?.errors ?? [];

  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({
      params: { path: { organisation_id: organisation.id } },
      body: { kind, name: values.name.trim(), address: values.address.trim() },
    });
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New channel"
      text="It is told of each deployment that fails, and of the next one that goes live in the same environment."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="main" type="submit" form={form} busy={add.isPending} disabled={!values.name.trim() || !values.address.trim()}>
            Add the channel
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4" noValidate>
        <Choices
          label="Messages come by"
          name={`${form}-kind`}
          options={kindOptions}
          chosen={kind}
          onChange={(event) => {
            add.reset();
            setKind(event.target.value as Kind);
            setValues({ ...values, address: '' });
          }}
        />
        <ChannelFields kind={kind} values={values} onChange={setValues} errors={errors} />
        {problem && errors.length === 0 && (
          <Notice tone="bad" live>
            {problem.message}
          </Notice>
        )}
      </form>
    </Dialog>
  );
}
