import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { machineSettingsQuery } from '@/api/queries/platform';
import { JoinMachine } from './join-machine';
import type { MachineKind, MadeToken } from './machine';
import { joinCommand, startCommand } from './machine-commands';
import { MachineSecret } from './machine-secret';
import { NewMachine } from './new-machine';

type Props = {
  kind: MachineKind;
  region: string | undefined;
  open: boolean;
  onClose: () => void;
};

const next =
  'The edge is on this page from now on, and says so as soon as its proxy is in touch. Have a supervisor, such as systemd, start the proxy with that file from then on. It listens on 127.0.0.1:8080: for a load balancer on another machine, add ZEITWORK_EDGE_LISTEN and ZEITWORK_EDGE_TRUSTED_PROXIES.';

/** AddMachine makes a node or an edge, and shows its token afterwards, or the command with it: the page holds it, so that a list that is no longer empty takes neither away. */
export function AddMachine({ kind, region, open, onClose }: Props) {
  const [made, setMade] = useState<MadeToken>();
  const { data: settings } = useQuery({ ...machineSettingsQuery(), enabled: open || made !== undefined });

  if (made?.oneTime) {
    return (
      <JoinMachine name={made.machine.name} command={settings && joinCommand(made.secret, settings)} onClose={() => setMade(undefined)} />
    );
  }
  if (made) {
    return (
      <MachineSecret made={made} command={settings && startCommand(made.machine, settings)} onClose={() => setMade(undefined)}>
        <p className="text-soft">{next}</p>
      </MachineSecret>
    );
  }
  if (!open) return null;

  return (
    <NewMachine
      kind={kind}
      region={region}
      onClose={onClose}
      onMade={(token) => {
        setMade(token);
        onClose();
      }}
    />
  );
}
