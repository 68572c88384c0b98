import type { ReactNode } from 'react';
import { Button } from '@/components/button';
import { Code } from '@/components/code';
import { Dialog } from '@/components/dialog';
import { Notice } from '@/components/notice';
import { type MadeToken, services } from './machine';

type Props = {
  made: MadeToken;
  /** command is what to run on the machine with the token; undefined while it is not known yet. */
  command: string | undefined;
  /** children say what follows from it. */
  children?: ReactNode;
  onClose: () => void;
};

/** MachineSecret shows the token of a machine, this once, and the command that takes it: Escape or a click beside it does not take it away. */
export function MachineSecret({ made, command, children, onClose }: Props) {
  const { kind, name } = made.machine;

  return (
    <Dialog
      open
      lasting
      wide
      onOpenChange={onClose}
      title={`The token of ${name}`}
      footer={
        <Button look="main" onClick={onClose}>
          I have copied it
        </Button>
      }
    >
      <div className="space-y-4">
        <Notice tone="warn">Copy it now: it is shown this once, and nobody can look it up later. Whoever has it can be this {kind}.</Notice>
        <Code text={made.secret} what="the token" />
        {command && (
          <div className="space-y-2">
            <p>Run this on the machine, as root. It asks for the token, and keeps it in a file that root alone can read.</p>
            <Code text={command} what="the command" />
          </div>
        )}
        {children}
        <p className="text-quiet text-sm">
          The {services[kind].called} takes the token as <code className="font-mono">{services[kind].variable}</code>.{' '}
          <code className="font-mono">zeitwork doctor</code> says what the machine lacks, and{' '}
          <code className="font-mono">zeitwork help config</code> lists all other settings.
        </p>
      </div>
    </Dialog>
  );
}
