import { type FormEvent, useState } from 'react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Field, Input } from '@/components/field';
import { LeaveGuard } from '@/components/leave-guard';
import { Notice } from '@/components/notice';
import { useToast } from '@/components/toast';
import { quotaInputs, readTyped, type Typed, typedOf } from './quota-inputs';

type Props = {
  title: string;
  text: string;
  settings: Schemas['QuotaSettings'];
  /** otherwise says whose number holds where none is set, as in "Empty: the platform’s number". */
  otherwise: string;
  onSave: (numbers: Schemas['QuotaNumbers']) => Promise<unknown>;
};

/** QuotaForm sets what organisations may use at most. An empty input sets no number. */
export function QuotaForm({ title, text, settings, otherwise, onSave }: Props) {
  const [typed, setTyped] = useState<Typed>();
  const [wrong, setWrong] = useState<Typed>({});
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const toast = useToast();
  const shown = typed ?? typedOf(settings.set);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const read = readTyped(shown);
    setWrong(read.wrong);
    setFailure('');
    if (Object.keys(read.wrong).length > 0) return;

    setBusy(true);
    try {
      await onSave(read.numbers);
      setTyped(undefined);
      toast('Quotas saved');
    } catch (error) {
      const problem = asProblem(error);
      const located = Object.fromEntries(problem.errors.map(({ location, message }) => [location?.replace('body.', ''), message]));
      setWrong(located);
      if (!quotaInputs.some(({ name }) => located[name])) setFailure(problem.message);
    } finally {
      setBusy(false);
    }
  };

  const discard = () => {
    setTyped(undefined);
    setWrong({});
    setFailure('');
  };

  return (
    <form onSubmit={save}>
      <Card
        title={title}
        text={text}
        footer={
          <>
            {typed && <Button onClick={discard}>Discard</Button>}
            <Button look="main" type="submit" busy={busy} disabled={!typed}>
              Save
            </Button>
          </>
        }
      >
        <LeaveGuard isDirty={typed !== undefined} />
        <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
          {quotaInputs.map(({ name, label, unit, format }) => {
            const limit = settings.limits[name] ?? 0;
            const isSet = settings.set[name] !== undefined;

            return (
              <Field
                key={name}
                label={unit ? `${label}, in ${unit}` : label}
                hint={isSet ? `Empty: ${otherwise}.` : `${format(limit)}: ${otherwise}.`}
                error={wrong[name]}
              >
                <Input
                  inputMode="decimal"
                  autoComplete="off"
                  value={shown[name] ?? ''}
                  onChange={(event) => setTyped({ ...shown, [name]: event.target.value })}
                />
              </Field>
            );
          })}
        </div>
        {failure && (
          <div className="mt-4">
            <Notice tone="bad" live>
              {failure}
            </Notice>
          </div>
        )}
      </Card>
    </form>
  );
}
