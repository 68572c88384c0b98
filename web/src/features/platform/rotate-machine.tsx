import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { asProblem } from '@/api/problem';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { Notice } from '@/components/notice';
import { Select } from '@/components/select';
import { keeps } from '@/features/tokens/keeps';
import { type Machine, type MadeToken, rotateToken, services } from './machine';

const ends = [
  { value: '', name: 'No end' },
  { value: '30', name: '30 days' },
  { value: '90', name: '90 days' },
  { value: '365', name: 'A year' },
];

const lost = {
  node: 'A node that cannot sign in is lost, and its VMs are moved',
  edge: 'An edge that cannot sign in serves the routes that it had',
};

type Props = { machine: Machine; onClose: () => void; onMade: (made: MadeToken) => void };

/** RotateMachine gives a node or an edge another token; the ones before end after a while. */
export function RotateMachine({ machine, onClose, onMade }: Props) {
  const form = useId();
  const [keep, setKeep] = useState('60');
  const [days, setDays] = useState('');
  const rotate = useMutation({
    mutationFn: () => rotateToken(machine, { keep_old_minutes: Number(keep), ...(days ? { expires_in_days: Number(days) } : {}) }),
    onSuccess: onMade,
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    rotate.mutate();
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Replace the token of ${machine.name}`}
      text={`A new token is made. Start the ${services[machine.kind].called} anew with it while the old one is valid: nothing that runs or is served stops.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="main" type="submit" form={form} busy={rotate.isPending}>
            Make the new token
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="The old one stays valid">
            <Select className="w-full" options={keeps} value={keep} onChange={setKeep} />
          </Field>
          <Field label="The new one ends after" hint={days ? `${lost[machine.kind]}: replace it again before that.` : undefined}>
            <Select className="w-full" options={ends} value={days} onChange={setDays} />
          </Field>
        </div>
        {keep === '0' && (
          <Notice tone="warn">The {services[machine.kind].called} is refused at once, until it is started with the new token.</Notice>
        )}
        {rotate.error && (
          <Notice tone="bad" live>
            {asProblem(rotate.error).message}
          </Notice>
        )}
      </form>
    </Dialog>
  );
}
