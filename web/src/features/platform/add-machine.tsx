import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { machineSettingsQuery } from '@/api/queries/platform';
import { JoinMachine } from './join-machine';
import type { MachineKind, MadeToken } from './machine';
import { joinCommand } from './machine-commands';
import { NewMachine } from './new-machine';

type Props = {
  kind: MachineKind;
  region: string | undefined;
  open: boolean;
  onClose: () => void;
};

/** AddMachine makes a node or an edge, and shows the command with its one-time token afterwards: the page holds it, so that a list that is no longer empty does not take it away. */
export function AddMachine({ kind, region, open, onClose }: Props) {
  const [made, setMade] = useState<MadeToken>();
  const { data: settings } = useQuery({ ...machineSettingsQuery(), enabled: open || made !== undefined });

  if (made) {
    return (
      <JoinMachine
        machine={made.machine}
        command={settings && joinCommand(made.machine, made.secret, settings)}
        onClose={() => setMade(undefined)}
      />
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
