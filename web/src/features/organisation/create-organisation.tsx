import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import { $api } from '@/api/client';
import { asProblem } from '@/api/problem';
import { organisationsQuery } from '@/api/queries/session';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field, Input } from '@/components/field';

/** CreateOrganisation makes an organisation, of which the user is the first owner, and leads to it. */
export default function CreateOrganisation({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const form = useId();
  const [name, setName] = useState('');
  const create = $api.useMutation('post', '/v1/organisations');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { body: { name } },
      {
        onSuccess: async (organisation) => {
          await queryClient.invalidateQueries(organisationsQuery());
          onOpenChange(false);
          setName('');
          await navigate({ to: '/o/$org', params: { org: organisation.slug } });
        },
      },
    );
  };

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="New organisation"
      text="An organisation has projects, members and limits of its own. You will be its owner."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button look="main" type="submit" form={form} busy={create.isPending} disabled={!name.trim()}>
            Create
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        <Field label="Name" error={create.error ? asProblem(create.error).message : undefined}>
          <Input value={name} onChange={(event) => setName(event.target.value)} autoComplete="organization" autoFocus />
        </Field>
      </form>
    </Dialog>
  );
}
