import { useQuery } from '@tanstack/react-query';
import { machineSettingsQuery } from '@/api/queries/platform';
import { Button } from '@/components/button';
import { Code } from '@/components/code';
import { Dialog } from '@/components/dialog';
import { builderCommand } from './machine-commands';

type Props = { open: boolean; onOpenChange: (open: boolean) => void };

/** AddBuilder says how another worker is started. It has no token: it reaches the database itself, with settings that no page may show. */
export function AddBuilder({ open, onOpenChange }: Props) {
  const { data: settings } = useQuery({ ...machineSettingsQuery(), enabled: open });

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      wide
      title="Add a builder"
      text="A builder is a worker beside a BuildKit of its own. It has no token and is made by starting it: it is on this page as soon as it reaches the database."
      footer={
        <Button look="main" onClick={() => onOpenChange(false)}>
          Close
        </Button>
      }
    >
      <div className="space-y-4">
        <p>
          Run <code className="font-mono text-sm">zeitwork builder</code> on the machine. Then copy the settings of a worker that runs into{' '}
          <code className="font-mono text-sm">/etc/zeitwork/worker.env</code>, readable by root alone: whoever has them reads everything.
          They are these at least:
        </p>
        <ul className="list-disc space-y-1 pl-5 wrap-anywhere">
          <li>
            <code className="font-mono text-sm">ZEITWORK_DATABASE_URL</code>: Postgres itself, as the other workers have it
          </li>
          <li>
            <code className="font-mono text-sm">ZEITWORK_SECRET_KEY</code>: the platform’s key
          </li>
          <li>
            <code className="font-mono text-sm">ZEITWORK_REGISTRY_HOST</code>:{' '}
            {settings ? <code className="font-mono text-sm">{settings.registry_host}</code> : 'as the other workers have it'}
          </li>
          <li>
            <code className="font-mono text-sm">ZEITWORK_BUILDKIT_ADDRESS</code>: where the builder listens, which is{' '}
            <code className="font-mono text-sm">unix:///run/zeitwork-builder.sock</code>
          </li>
        </ul>
        <p>Run this on the machine, as root:</p>
        <Code text={builderCommand()} what="the command" />
        <p className="text-quiet text-sm">
          To take a builder out, stop its worker: what it works on goes to the others, and it leaves this page by itself. All steps of
          deployments, builds among them, are shared by all workers.
        </p>
      </div>
    </Dialog>
  );
}
