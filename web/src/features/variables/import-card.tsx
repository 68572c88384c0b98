import { useQueryClient } from '@tanstack/react-query';
import { Eye, EyeOff } from 'lucide-react';
import { useId, useMemo, useState } from 'react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { type Scope, writeVariables } from '@/api/queries/variables';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Field } from '@/components/field';
import { GuardedButton } from '@/components/guarded-button';
import { LeaveGuard } from '@/components/leave-guard';
import { Notice } from '@/components/notice';
import { Select } from '@/components/select';
import { Switch } from '@/components/switch';
import { useToast } from '@/components/toast';
import { parseDotenv } from '@/lib/dotenv';
import { plural } from '@/lib/units';
import { ChangeList } from './change-list';
import { changesOf, isWork } from './changes';
import { EnvInput } from './env-input';
import { refreshVariables } from './refresh-variables';
import { scopes } from './scopes';
import type { Values } from './use-values';

type Props = {
  project: Schemas['Project'];
  variables: Schemas['EnvironmentVariable'][];
  values: Values;
  /** canRead says whether the user may look at values. */
  canRead: boolean;
  reason: string | undefined;
};

/** ImportCard takes variables as text, shows what saving them would change, and saves them. */
export function ImportCard({ project, variables, values, canRead, reason }: Props) {
  const id = useId();
  const queryClient = useQueryClient();
  const toast = useToast();
  const [text, setText] = useState('');
  const [scope, setScope] = useState<Scope>('all');
  const [remove, setRemove] = useState(false);
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');

  const { variables: file, problem } = useMemo(() => parseDotenv(text), [text]);
  const there = variables.filter((variable) => variable.scope === scope);
  const changes = changesOf(
    file,
    there.map((variable) => ({ name: variable.name, value: values.of(variable) })),
    remove,
  );
  const work = changes.filter(isWork);
  const refused = changes.some(({ kind }) => kind === 'refused');
  const unread = there.filter(({ name }) => changes.some((change) => change.name === name && change.kind === 'written'));

  const take = (next: string) => {
    setText(next);
    // Where no text is the switch is not shown: it must not hold for the next one unseen.
    if (next.trim() === '') setRemove(false);
  };

  const save = async () => {
    setFailure('');
    setBusy(true);
    try {
      const set = work.flatMap(({ name, kind, value }) => (kind === 'removed' || value === undefined ? [] : [{ name, value }]));
      const gone = work.filter(({ kind }) => kind === 'removed').map(({ name }) => name);
      await writeVariables(project.id, scope, { set, remove: gone });
      values.forget(work.map(({ name }) => ({ scope, name })));
      take('');
      toast(`${plural(work.length, 'change')} saved`, 'What is live gets them with its next deployment.');
      await refreshVariables(queryClient, project.id);
    } catch (error) {
      const { errors, message } = asProblem(error);
      setFailure(['Nothing was saved.', message, ...errors.map((each) => each.message)].join(' '));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Card
      title="Add or change"
      text="What saving does shows before it is done. Values are encrypted, and never part of a log."
      footer={
        <>
          <p id={id} className="mr-auto text-quiet text-sm" aria-live="polite">
            {text && !problem && work.length === 0 && !refused
              ? 'Nothing would change.'
              : 'The next deployment sees it; what is live keeps what it has.'}
          </p>
          {text && <Button onClick={() => take('')}>Discard</Button>}
          <GuardedButton
            reason={reason}
            look="main"
            busy={busy}
            disabled={!reason && (problem !== undefined || refused || work.length === 0)}
            onClick={save}
          >
            {work.length > 0 ? `Save ${plural(work.length, 'change')}` : 'Save'}
          </GuardedButton>
        </>
      }
    >
      <LeaveGuard isDirty={text.trim() !== ''} />
      <div className="space-y-4">
        <Field label="For" hint={scopes.find(({ value }) => value === scope)?.hint}>
          <Select className="w-full max-w-64" options={scopes} value={scope} onChange={setScope} disabled={reason !== undefined} />
        </Field>
        <EnvInput text={text} onText={take} problem={problem} disabled={reason !== undefined} />
        {file.length > 0 && !problem && (
          <>
            <div className="flex flex-wrap items-center justify-between gap-2">
              <h3 className="font-medium">What saving does</h3>
              <div className="flex flex-wrap gap-2">
                {canRead && unread.length > 0 && (
                  <Button size="small" onClick={() => values.read(unread).catch((error) => setFailure(asProblem(error).message))}>
                    Compare with what is stored
                  </Button>
                )}
                <Button size="small" aria-pressed={shown} onClick={() => setShown(!shown)}>
                  {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
                  {shown ? 'Hide values' : 'Show values'}
                </Button>
              </div>
            </div>
            <ChangeList changes={changes} shown={shown} />
            {there.length > 0 && (
              <Switch
                label="Remove what is not in the text"
                hint="Makes the scope the same as this text: its other variables are deleted."
                checked={remove}
                onChange={setRemove}
              />
            )}
          </>
        )}
        {failure && (
          <Notice tone="bad" live>
            {failure}
          </Notice>
        )}
      </div>
    </Card>
  );
}
