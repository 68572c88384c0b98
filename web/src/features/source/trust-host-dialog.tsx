import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { repositoryAccessQuery } from '@/api/queries/repositories';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field, Input } from '@/components/field';

type Props = { project: Schemas['Project']; onClose: () => void };

/** TrustHostDialog names the key that the host of the repository is to show from now on. It is mounted while it is asked for. */
export function TrustHostDialog({ project, onClose }: Props) {
  const form = useId();
  const queryClient = useQueryClient();
  const [fingerprint, setFingerprint] = useState('');
  const trust = $api.useMutation('post', '/v1/projects/{project_id}/repository-access/trusted-host');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    trust.mutate(
      { params: { path: { project_id: project.id } }, body: { fingerprint: fingerprint.trim() } },
      {
        onSuccess: (access) => {
          queryClient.setQueryData(repositoryAccessQuery(project.id).queryKey, access);
          onClose();
        },
      },
    );
  };

  const error = trust.error ? asProblem(trust.error) : undefined;

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Trust another host key"
      text="Needed where the host has got another key: until then nothing is read from it. Ask whoever runs the host for the fingerprint, and do not take it from an error message alone."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="main" type="submit" form={form} busy={trust.isPending} disabled={!fingerprint.trim()}>
            Trust this key
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        <Field label="Fingerprint" hint="As ssh-keygen -l shows it." error={error && (error.errors[0]?.message ?? error.message)}>
          <Input
            value={fingerprint}
            onChange={(event) => setFingerprint(event.target.value)}
            placeholder="SHA256:…"
            mono
            autoComplete="off"
          />
        </Field>
      </form>
    </Dialog>
  );
}
