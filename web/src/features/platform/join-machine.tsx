import { Button } from '@/components/button';
import { Code } from '@/components/code';
import { Dialog } from '@/components/dialog';
import { Notice } from '@/components/notice';

type Props = {
  name: string;
  /** command is what makes a machine this node; undefined while it is not known yet. */
  command: string | undefined;
  onClose: () => void;
};

/** JoinMachine shows the command that makes a machine a node, this once: Escape or a click beside it does not take it away. */
export function JoinMachine({ name, command, onClose }: Props) {
  return (
    <Dialog
      open
      lasting
      wide
      onOpenChange={onClose}
      title={`Make a machine ${name}`}
      footer={
        <Button look="main" onClick={onClose}>
          I have copied it
        </Button>
      }
    >
      <div className="space-y-4">
        <p>Run this as root on the machine that is to be the node.</p>
        {command && <Code text={command} what="the command" />}
        <Notice tone="warn">
          It is good for an hour, for one machine, and shown this once. Whoever runs it first has the node: no other machine can be it then.
        </Notice>
        <p className="text-soft">
          The machine has Debian or Ubuntu with systemd, Kata Containers and Tailscale. The command installs the rest, and says what is
          missing. The node is on this page from now on, and says so as soon as its agent is in touch.
        </p>
        <p className="text-quiet text-sm">
          Arguments may follow: <code className="font-mono">… sh -s -- --conformance</code> checks the machine before it becomes a node.
        </p>
      </div>
    </Dialog>
  );
}
