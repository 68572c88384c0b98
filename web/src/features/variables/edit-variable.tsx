import { type FormEvent, useId, useState } from 'react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { setVariable } from '@/api/queries/variables';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field, TextArea } from '@/components/field';
import { problemOfVariable } from './changes';
import { scopeName } from './scopes';

type Props = {
  projectId: string;
  variable: Schemas['EnvironmentVariable'];
  value: string | undefined;
  onClose: () => void;
  onSaved: () => Promise<unknown>;
};

/** EditVariable gives one variable another value. */
export function EditVariable({ projectId, variable, value: before, onClose, onSaved }: Props) {
  const form = useId();
  const [value, setValue] = useState(before ?? '');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const problem = problemOfVariable({ name: variable.name, value });
    setFailure(problem);
    if (problem) return;

    setBusy(true);
    try {
      await setVariable(projectId, variable.scope, variable.name, value);
      await onSaved();
      onClose();
    } catch (error) {
      const { errors, message } = asProblem(error);
      setFailure(errors[0]?.message ?? message);
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={<bdi className="font-mono">{variable.name}</bdi>}
      text={`For ${scopeName(variable.scope).toLowerCase()}. The next deployment sees the new value; what is live keeps the one it has.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="main" type="submit" form={form} busy={busy}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        <Field label="New value" hint="As it is: quotes and backslashes stand for themselves here, and lines stay lines." error={failure}>
          <TextArea value={value} onChange={(event) => setValue(event.target.value)} mono autoComplete="off" spellCheck={false} />
        </Field>
      </form>
    </Dialog>
  );
}
