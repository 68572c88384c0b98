import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field, Input } from '@/components/field';
import { Notice } from '@/components/notice';
import { Select } from '@/components/select';
import { mayAct, type Role, roles } from '@/features/session/role';
import { ends } from './ends';
import { refreshTokens } from './refresh-tokens';

type Props = { organisation: Schemas['Organisation']; onClose: () => void; onMade: (token: Schemas['NewToken']) => void };

/** CreateToken makes a token that is for one organisation alone. */
export function CreateToken({ organisation, onClose, onMade }: Props) {
  const form = useId();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>(organisation.role === 'viewer' ? 'viewer' : 'developer');
  const [days, setDays] = useState('90');
  // The token is shown once: also to somebody who has closed the dialog before it was there.
  const create = $api.useMutation('post', '/v1/tokens', {
    onSuccess: (token) => {
      void refreshTokens(queryClient);
      onMade(token);
    },
  });
  const problem = create.error ? asProblem(create.error) : undefined;
  const wrong = problem?.errors.find(({ location }) => location === 'body.name');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({
      body: { name: name.trim(), organisation_id: organisation.id, role, ...(days ? { expires_in_days: Number(days) } : {}) },
    });
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New token"
      text="For programs, such as a pipeline. It is for this organisation alone, and ends with your membership."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="main" type="submit" form={form} busy={create.isPending} disabled={!name.trim()}>
            Make the token
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4" noValidate>
        <Field label="Name" hint="What uses it, such as deploys of the shop." error={wrong?.message}>
          <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={100} autoComplete="off" autoFocus />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="It may do what this role may">
            <Select
              className="w-full"
              options={roles.filter(({ value }) => mayAct(organisation.role, value))}
              value={role}
              onChange={setRole}
            />
          </Field>
          <Field label="Ends after">
            <Select className="w-full" options={ends} value={days} onChange={setDays} />
          </Field>
        </div>
        {problem && !wrong && (
          <Notice tone="bad" live>
            {problem.message}
          </Notice>
        )}
      </form>
    </Dialog>
  );
}
