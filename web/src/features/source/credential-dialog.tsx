import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { repositoryAccessQuery } from '@/api/queries/repositories';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field, Input } from '@/components/field';
import { Notice } from '@/components/notice';

type Props = { project: Schemas['Project']; open: boolean; onOpenChange: (open: boolean) => void };

/** CredentialDialog stores a username and a password or token with which the repository is read by https. */
export function CredentialDialog({ project, open, onOpenChange }: Props) {
  const form = useId();
  const queryClient = useQueryClient();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const store = $api.useMutation('put', '/v1/projects/{project_id}/repository-access/https-credential');

  const change = (next: boolean) => {
    setPassword('');
    store.reset();
    onOpenChange(next);
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    store.mutate(
      { params: { path: { project_id: project.id } }, body: { username, password } },
      {
        onSuccess: (access) => {
          queryClient.setQueryData(repositoryAccessQuery(project.id).queryKey, access);
          change(false);
        },
      },
    );
  };

  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title="Store a credential"
      text="It is sent to the host of the repository's URL as that is now, and nowhere else. It takes the place of what is there."
      footer={
        <>
          <Button onClick={() => change(false)}>Cancel</Button>
          <Button look="main" type="submit" form={form} busy={store.isPending} disabled={!username || !password}>
            Store
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
        <Field label="User" hint="What git would ask for as the user. Some hosts take any with a token.">
          <Input value={username} onChange={(event) => setUsername(event.target.value)} autoComplete="off" spellCheck={false} />
        </Field>
        <Field label="Password or token" hint="Better a token that may only read. It is never shown again.">
          <Input type="password" value={password} onChange={(event) => setPassword(event.target.value)} autoComplete="off" />
        </Field>
        {store.error && (
          <Notice tone="bad" live>
            {asProblem(store.error).message}
          </Notice>
        )}
      </form>
    </Dialog>
  );
}
