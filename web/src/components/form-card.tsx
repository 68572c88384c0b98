import { type FormEventHandler, type ReactNode, useId } from 'react';
import { Button } from './button';
import { Card } from './card';
import { GuardedButton } from './guarded-button';
import { LeaveGuard } from './leave-guard';
import { Notice } from './notice';

type Props = {
  title: ReactNode;
  text?: ReactNode;
  /** effect says from when on a change holds. */
  effect: ReactNode;
  /** reason says why the user may not change anything here; undefined where the user may. */
  reason?: string | undefined;
  isDirty: boolean;
  isSaving: boolean;
  /** failure is what went wrong with the whole of it, not with one input. */
  failure?: string | undefined;
  onSubmit: FormEventHandler;
  onDiscard: () => void;
  /** save is the word on the button. */
  save?: string;
  children: ReactNode;
};

/** FormCard is settings that are saved together. It says when something is not saved yet, and from when on a change holds. */
export function FormCard({ title, text, effect, reason, isDirty, isSaving, failure, onSubmit, onDiscard, save = 'Save', children }: Props) {
  const form = useId();

  return (
    <Card
      title={title}
      text={text}
      footer={
        <>
          <p className="mr-auto text-quiet text-sm" aria-live="polite">
            {isDirty ? <span className="font-medium text-warn">Not saved yet. </span> : null}
            {effect}
          </p>
          {isDirty && <Button onClick={onDiscard}>Discard</Button>}
          <GuardedButton reason={reason} look="main" type="submit" form={form} busy={isSaving} disabled={!isDirty && !reason}>
            {save}
          </GuardedButton>
        </>
      }
    >
      <LeaveGuard isDirty={isDirty} />
      <form id={form} onSubmit={onSubmit} noValidate>
        <fieldset disabled={reason !== undefined} className="min-w-0 space-y-4">
          {children}
          {failure && (
            <Notice tone="bad" live>
              {failure}
            </Notice>
          )}
        </fieldset>
      </form>
    </Card>
  );
}
