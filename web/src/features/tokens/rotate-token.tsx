import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { Select } from '@/components/select';
import { keeps } from './keeps';
import { refreshTokens } from './refresh-tokens';

type Props = { token: Schemas['Token']; onClose: () => void; onMade: (token: Schemas['NewToken']) => void };

/** RotateToken replaces a token by one that may do the same. */
export function RotateToken({ token, onClose, onMade }: Props) {
  const form = useId();
  const queryClient = useQueryClient();
  const [keep, setKeep] = useState('60');
  // The token is shown once: also to somebody who has closed the dialog before it was there.
  const rotate = $api.useMutation('post', '/v1/tokens/{token_id}/rotate', {
    onSuccess: (made) => {
      void refreshTokens(queryClient);
      onMade(made);
    },
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    rotate.mutate({ params: { path: { token_id: token.id } }, body: { keep_old_minutes: Number(keep) } });
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={<>Replace {token.name.slice(0, 100)}</>}
      text="A new token is made that may do the same, until the same time. Give it to what uses the old one."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="main" type="submit" form={form} busy={rotate.isPending}>
            Make the new token
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        <Field label="The old one stays valid" error={rotate.error ? asProblem(rotate.error).message : undefined}>
          <Select className="w-full" options={keeps} value={keep} onChange={setKeep} />
        </Field>
      </form>
    </Dialog>
  );
}
