import { type ReactNode, useState } from 'react';
import { asProblem } from '@/api/problem';
import { Button } from './button';
import Dialog from './dialog-popup';
import { Field, Input } from './field';
import { Notice } from './notice';

/** ConfirmProps are what is confirmed, and what is done then. */
export type ConfirmProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** children say what will happen. */
  children: ReactNode;
  /** action is the word on the button, a verb. */
  action: string;
  danger?: boolean;
  /** typed has the user type a name first, where nothing brings back what goes. */
  typed?: string;
  onConfirm: () => Promise<unknown>;
};

/** ConfirmDialog is what Confirm loads. While it closes it shows what it showed: what it was about is often gone by then. */
export default function ConfirmDialog(props: ConfirmProps) {
  const { open, onOpenChange } = props;
  const [last, setLast] = useState(props);
  if (open && last !== props) setLast(props);
  const { title, children, action, danger = false, typed, onConfirm } = open ? props : last;
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');

  const change = (next: boolean) => {
    setText('');
    setFailure('');
    onOpenChange(next);
  };

  const confirm = async () => {
    setBusy(true);
    setFailure('');
    try {
      await onConfirm();
      change(false);
    } catch (error) {
      setFailure(asProblem(error).message);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={title}
      footer={
        <>
          <Button onClick={() => change(false)}>Keep it as it is</Button>
          <Button look={danger ? 'danger' : 'main'} busy={busy} disabled={typed !== undefined && text !== typed} onClick={confirm}>
            {action}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <div className="text-soft">{children}</div>
        {typed !== undefined && (
          <Field label={<>Type {typed} to go on</>}>
            <Input value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" spellCheck={false} mono />
          </Field>
        )}
        {failure && (
          <Notice tone="bad" live>
            {failure}
          </Notice>
        )}
      </div>
    </Dialog>
  );
}
