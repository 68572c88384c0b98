import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { asProblem } from '@/api/problem';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field, Input } from '@/components/field';
import { Notice } from '@/components/notice';
import { sentence } from '@/lib/sentence';
import { type MachineKind, type MadeToken, makeMachine } from './machine';

type Props = {
  kind: MachineKind;
  /** region is where the last one was made: the next one often stands there, too. */
  region: string | undefined;
  onClose: () => void;
  onMade: (made: MadeToken) => void;
};

const texts = {
  node: 'It gets addresses for its VMs, and a command that makes a machine this node. It takes VMs as soon as its agent is in touch.',
  edge: 'It gets a command that makes a machine this edge. It serves all routes as soon as its proxy is in touch.',
};

/** NewMachine makes a node or an edge. */
export function NewMachine({ kind, region: last, onClose, onMade }: Props) {
  const form = useId();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [region, setRegion] = useState(last ?? '');
  // The token is shown once: also to somebody who has closed the dialog before it was there.
  const make = useMutation({
    mutationFn: (body: { name: string; region: string }) => makeMachine(kind, body),
    onSuccess: (made) => {
      void queryClient.invalidateQueries({ queryKey: ['get', kind === 'node' ? '/v1/nodes' : '/v1/edges'] });
      onMade(made);
    },
  });
  const problem = make.error ? asProblem(make.error) : undefined;
  const of = (location: string) => {
    const message = problem?.errors.find((error) => error.location === location)?.message;
    return message && sentence(message);
  };
  const wrong = { name: of('body.name'), region: of('body.region') };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ name: name.trim(), region: region.trim() });
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={kind === 'node' ? 'Add a node' : 'Add an edge'}
      text={texts[kind]}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="main" type="submit" form={form} busy={make.isPending} disabled={!name.trim() || !region.trim()}>
            Make the {kind}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4" noValidate>
        <Field label="Name" hint="Lower-case letters, digits and hyphens. It stays as it is." error={wrong.name}>
          <Input
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder={`${kind}-1`}
            maxLength={63}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            mono
            autoFocus
          />
        </Field>
        <Field
          label="Region"
          hint="Where it stands, such as eu-west: edges ask the VMs of their own region first. Written the same way for all that stand together."
          error={wrong.region}
        >
          <Input
            value={region}
            onChange={(event) => setRegion(event.target.value)}
            maxLength={63}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            mono
          />
        </Field>
        {problem && !wrong.name && !wrong.region && (
          <Notice tone="bad" live>
            {problem.message}
          </Notice>
        )}
      </form>
    </Dialog>
  );
}
