import { Button } from '@/components/button';
import { Code } from '@/components/code';
import { Dialog } from '@/components/dialog';
import { Notice } from '@/components/notice';
import type { Machine } from './machine';

type Props = {
  machine: Pick<Machine, 'kind' | 'name'>;
  /** command is what makes a machine this node or edge; undefined while it is not known yet. */
  command: string | undefined;
  onClose: () => void;
};

const texts = {
  node: {
    needs:
      'The machine has Debian or Ubuntu with systemd, Kata Containers and Tailscale. The command installs the rest, and says what is missing. The node is on this page from now on, and says so as soon as its agent is in touch.',
    argument: '--conformance',
    does: 'checks the machine before it becomes a node.',
  },
  edge: {
    needs:
      'The machine has Debian or Ubuntu with systemd, and Tailscale where nodes are reached by it. The edge answers at the ports 80 and 443: have visitors come to it once this page says that it is in touch.',
    argument: 'ZEITWORK_EDGE_PROXY_PROTOCOL=10.0.0.0/8',
    does: 'names the load balancers in front of it.',
  },
};

/** JoinMachine shows the command that makes a machine a node or an edge, this once: Escape or a click beside it does not take it away. */
export function JoinMachine({ machine: { kind, name }, command, onClose }: Props) {
  const { needs, argument, does } = texts[kind];

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
        <p>Run this as root on the machine that is to be the {kind}.</p>
        {command && <Code text={command} what="the command" />}
        <Notice tone="warn">
          It is good for an hour, for one machine, and shown this once. Whoever runs it first has the {kind}: no other machine can be it
          then.
        </Notice>
        <p className="text-soft">{needs}</p>
        <p className="text-quiet text-sm">
          Arguments may follow: <code className="font-mono">… sh -s -- {argument}</code> {does}
        </p>
      </div>
    </Dialog>
  );
}
