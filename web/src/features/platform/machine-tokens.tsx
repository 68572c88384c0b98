import { type UseQueryResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, RefreshCw, Terminal } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { machineSettingsQuery } from '@/api/queries/platform';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Confirm } from '@/components/confirm';
import { Empty } from '@/components/empty';
import { Time } from '@/components/time';
import { useToast } from '@/components/toast';
import { JoinMachine } from './join-machine';
import { ListAnswer } from './list-answer';
import { type Machine, type MadeToken, makeOneTimeToken, revokeToken, services } from './machine';
import { joinCommand, replaceCommand } from './machine-commands';
import { MachineSecret } from './machine-secret';
import { MachineTokenRow } from './machine-token-row';
import { OldTokens } from './old-tokens';
import { RotateMachine } from './rotate-machine';

type Props = { machine: Machine; query: UseQueryResult<{ items: Schemas['Token'][]; next_cursor?: string }, unknown> };

type Asking =
  | { to: 'rotate' }
  | { to: 'join'; made: MadeToken }
  | { to: 'copy'; made: MadeToken }
  | { to: 'revoke'; token: Schemas['Token'] };

/** MachineTokens is the tokens with which a node or an edge may sign in; they are replaced and revoked here. */
export function MachineTokens({ machine, query }: Props) {
  const [asking, setAsking] = useState<Asking>();
  const queryClient = useQueryClient();
  const toast = useToast();
  const close = () => setAsking(undefined);
  const service = services[machine.kind].called;
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['get', `/v1/${machine.kind}s/{${machine.kind}_id}/tokens`] });
  const tokens = query.data?.items ?? [];
  const { data: settings } = useQuery({ ...machineSettingsQuery(), enabled: asking?.to === 'join' });
  const join = useMutation({
    mutationFn: () => makeOneTimeToken(machine),
    onSuccess: (made) => setAsking({ to: 'join', made }),
    onError: (error) => toast('No one-time token was made', asProblem(error).message),
  });

  const revoke = async (token: Schemas['Token']) => {
    await revokeToken(machine, token.id);
    await refresh();
    toast('The token is revoked');
  };

  return (
    <Card
      flush
      title="Tokens"
      text={`With these the ${service} may sign in. Each was shown once, when it was made.`}
      actions={
        <>
          <Button busy={join.isPending} onClick={() => join.mutate()}>
            <Terminal aria-hidden />
            Join a machine
          </Button>
          <Button onClick={() => setAsking({ to: 'rotate' })}>
            <RefreshCw aria-hidden />
            Replace the token
          </Button>
        </>
      }
    >
      <ListAnswer
        query={query}
        what="tokens"
        empty={
          <Empty icon={KeyRound} title="No valid token">
            No machine has joined as this {machine.kind} yet, or its token was revoked.
          </Empty>
        }
      >
        {(items) => (
          <ul className="divide-y divide-line">
            {items.map((token, index) => (
              <MachineTokenRow key={token.id} token={token} isNewest={index === 0} onRevoke={() => setAsking({ to: 'revoke', token })} />
            ))}
          </ul>
        )}
      </ListAnswer>
      {asking?.to === 'rotate' && (
        <RotateMachine
          machine={machine}
          onClose={close}
          onMade={(made) => {
            void refresh();
            setAsking({ to: 'copy', made });
          }}
        />
      )}
      {asking?.to === 'join' && (
        <JoinMachine machine={machine} command={settings && joinCommand(machine, asking.made.secret, settings)} onClose={close} />
      )}
      {asking?.to === 'copy' && (
        <MachineSecret made={asking.made} command={replaceCommand(machine)} onClose={close}>
          <OldTokens tokens={tokens} newId={asking.made.tokenId} service={service} />
        </MachineSecret>
      )}
      <Confirm
        open={asking?.to === 'revoke'}
        onOpenChange={close}
        title={`Revoke this token of ${machine.name}?`}
        action="Revoke the token"
        danger
        onConfirm={async () => asking?.to === 'revoke' && revoke(asking.token)}
      >
        {asking?.to === 'revoke' && (
          <p>
            It was made <Time at={asking.token.created_at} />.
          </p>
        )}
        {tokens.length === 1 ? (
          <p>
            It is the only one: the {service} cannot sign in from now on.{' '}
            {machine.kind === 'node'
              ? 'The node is lost then, and its VMs are moved to other nodes.'
              : 'The edge goes on serving the routes that it has, and hears of no others.'}
          </p>
        ) : (
          <p>The {service} is refused with it from now on. Should it still use this one, start it with another one first.</p>
        )}
      </Confirm>
    </Card>
  );
}
