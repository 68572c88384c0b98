import { type FormEvent, useState } from 'react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { Field, Input, TextArea } from '@/components/field';
import { FormCard } from '@/components/form-card';
import { useToast } from '@/components/toast';
import { formatBytes, formatCPU } from '@/lib/units';
import { inputsOf, type NodeInputs, readInputs, type WrongInputs } from './node-inputs';
import { useSaveNode } from './use-save-node';

/** inputOf is the input that stands for a field of the API. */
const inputOf: Record<string, keyof NodeInputs> = {
  max_cpu_millis: 'processors',
  max_memory_bytes: 'memory',
  reserved_memory_bytes: 'reserve',
  cpu_overcommit: 'overcommit',
  labels: 'labels',
};

/** NodeSettingsForm is what operators decide of a node: how much of it VMs get, where it stands, and what they call it by. */
export function NodeSettingsForm({ node }: { node: Schemas['Node'] }) {
  const [typed, setTyped] = useState<NodeInputs>();
  const [wrong, setWrong] = useState<WrongInputs>({});
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const toast = useToast();
  const save = useSaveNode(node.id);
  const shown = typed ?? inputsOf(node);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const read = readInputs(shown, node);
    setWrong(read.wrong);
    setFailure('');
    if (Object.keys(read.wrong).length > 0) return;

    setBusy(true);
    try {
      await save(read.update);
      setTyped(undefined);
      toast('Node saved');
    } catch (error) {
      const problem = asProblem(error);
      const located = problem.errors.flatMap(({ location, message }) => {
        const input = inputOf[location?.replace('body.', '').split('.')[0] ?? ''];
        return input ? [[input, message]] : [];
      });
      setWrong(Object.fromEntries(located));
      if (located.length === 0) setFailure(problem.message);
    } finally {
      setBusy(false);
    }
  };

  const discard = () => {
    setTyped(undefined);
    setWrong({});
    setFailure('');
  };

  const input = (name: keyof NodeInputs) => ({
    value: shown[name],
    autoComplete: 'off',
    onChange: (event: { target: { value: string } }) => setTyped({ ...shown, [name]: event.target.value }),
  });
  const reports = (value: number, format: (value: number) => string) =>
    value > 0 ? `Its agent reports ${format(value)}; no more counts than is set here.` : 'Empty: what its agent reports first.';

  return (
    <FormCard
      title="Settings"
      text="How much of the node VMs get, and where it stands. VMs that it has stay, also where they hold more: it gets no new ones then."
      effect="Holds at once, for what is placed from then on."
      isDirty={typed !== undefined}
      isSaving={busy}
      failure={failure}
      onSubmit={submit}
      onDiscard={discard}
    >
      <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
        <Field label="Processors, in cores" hint={reports(node.cpu_millis, formatCPU)} error={wrong.processors}>
          <Input inputMode="decimal" {...input('processors')} />
        </Field>
        <Field label="Times each processor is given away" hint="Apps mostly wait, and share processors." error={wrong.overcommit}>
          <Input inputMode="decimal" {...input('overcommit')} />
        </Field>
        <Field label="Memory, in GiB" hint={reports(node.memory_bytes, formatBytes)} error={wrong.memory}>
          <Input inputMode="decimal" {...input('memory')} />
        </Field>
        <Field label="Kept for the host, in GiB" hint="Of the memory. The rest is given away once." error={wrong.reserve}>
          <Input inputMode="decimal" {...input('reserve')} />
        </Field>
        <Field
          label="Rack"
          hint="Instances of a deployment are spread over racks, too. Empty: the node is a rack of its own."
          error={wrong.rack}
        >
          <Input placeholder="r1" spellCheck={false} {...input('rack')} />
        </Field>
        <Field label="Other labels" hint="One a line, as name=value." error={wrong.labels}>
          <TextArea mono rows={3} spellCheck={false} placeholder="maker=acme" {...input('labels')} />
        </Field>
      </div>
    </FormCard>
  );
}
