import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { organisationTokensQuery, ownTokensQuery } from '@/api/queries/organisation';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Confirm } from '@/components/confirm';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { Skeleton } from '@/components/skeleton';
import { useArrival } from '@/lib/use-arrival';
import { CreateToken } from './create-token';
import { refreshTokens } from './refresh-tokens';
import { RotateToken } from './rotate-token';
import { SecretDialog } from './secret-dialog';
import { type ShownToken, TokenList } from './token-list';

type Asking = { to: 'create' } | { to: 'rotate' | 'revoke'; token: ShownToken } | { to: 'copy'; token: Schemas['NewToken'] };

/** TokensPage is the tokens of an organisation: all of them for owners, their own for others. */
export function TokensPage({ organisation }: { organisation: Schemas['Organisation'] }) {
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<Asking>();
  const isOwner = organisation.role === 'owner';
  const own = useQuery(ownTokensQuery());
  const all = useQuery({ ...organisationTokensQuery(organisation.id), enabled: isOwner });
  const ownTokens = (own.data?.items ?? []).filter(({ organisation_id }) => organisation_id === organisation.id);
  const tokens: ShownToken[] | undefined = isOwner ? (all.data?.items ?? undefined) : own.data && ownTokens;
  const ownIds = new Set(ownTokens.map(({ id }) => id));
  const error = (isOwner && all.error) || own.error;
  const close = () => setAsking(undefined);
  useArrival('new', () => setAsking({ to: 'create' }));
  const again = () => void Promise.all([own.refetch(), isOwner && all.refetch()]);

  const revoke = async (token: ShownToken) => {
    if (ownIds.has(token.id)) await api.DELETE('/v1/tokens/{token_id}', { params: { path: { token_id: token.id } } });
    else {
      const path = { organisation_id: organisation.id, token_id: token.id };
      await api.DELETE('/v1/organisations/{organisation_id}/tokens/{token_id}', { params: { path } });
    }
    await refreshTokens(queryClient);
  };

  return (
    <Page
      title="API tokens"
      text={
        isOwner
          ? 'With these, programs do what a role may in this organisation. Owners see those of all members.'
          : 'With these, programs do what a role may in this organisation. You see those that you have made.'
      }
      actions={
        <Button look="main" onClick={() => setAsking({ to: 'create' })}>
          <Plus aria-hidden />
          New token
        </Button>
      }
    >
      {error && (
        <Notice tone="bad" live actions={<Button onClick={again}>Try again</Button>}>
          {asProblem(error).message}
        </Notice>
      )}
      <Card title="Tokens" flush>
        {tokens ? (
          <TokenList
            tokens={tokens}
            own={ownIds}
            onRotate={(token) => setAsking({ to: 'rotate', token })}
            onRevoke={(token) => setAsking({ to: 'revoke', token })}
          />
        ) : error ? (
          <p className="p-4 text-quiet sm:px-5">The tokens could not be fetched.</p>
        ) : (
          <div role="status" className="p-4">
            <span className="sr-only">Fetching the tokens…</span>
            <Skeleton className="h-12" />
          </div>
        )}
      </Card>
      {asking?.to === 'create' && (
        <CreateToken organisation={organisation} onClose={close} onMade={(token) => setAsking({ to: 'copy', token })} />
      )}
      {asking?.to === 'rotate' && <RotateToken token={asking.token} onClose={close} onMade={(token) => setAsking({ to: 'copy', token })} />}
      {asking?.to === 'copy' && <SecretDialog name={asking.token.name} secret={asking.token.secret} onClose={close} />}
      <Confirm
        open={asking?.to === 'revoke'}
        onOpenChange={close}
        title={asking?.to === 'revoke' && `Revoke ${asking.token.name}?`}
        action="Revoke the token"
        danger
        onConfirm={async () => asking?.to === 'revoke' && revoke(asking.token)}
      >
        What uses it is refused from now on, and so are the tokens that were made with it. Nothing brings it back.
      </Confirm>
    </Page>
  );
}
