import { type FormEvent, useId, useState } from 'react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { Select } from '@/components/select';
import { redirectOptions } from './redirect-options';
import { useDomains } from './use-domains';

type Props = { domain: Schemas['Domain']; others: Schemas['Domain'][]; onClose: () => void };

/** RedirectDialog sends visitors of a domain on to another one of its environment, or no longer. It is mounted while it is asked for. */
export function RedirectDialog({ domain, others, onClose }: Props) {
  const form = useId();
  const [target, setTarget] = useState(domain.redirect_to ?? '');
  const { change } = useDomains(domain.project_id);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ params: { path: { domain_id: domain.id } }, body: { redirect_to: target } }, { onSuccess: onClose });
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={<>Visitors of {domain.hostname}</>}
      text="It holds at once. They are sent on with path and query, by status 308."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="main" type="submit" form={form} busy={change.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        <Field label="What they get" error={change.error ? asProblem(change.error).message : undefined}>
          <Select className="w-full" options={redirectOptions(others)} value={target} onChange={setTarget} />
        </Field>
      </form>
    </Dialog>
  );
}
