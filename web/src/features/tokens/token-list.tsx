import { Ban, Ellipsis, KeyRound, RefreshCw } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { Empty } from '@/components/empty';
import { Menu, MenuItem } from '@/components/menu';
import { Tag } from '@/components/tag';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { personName } from '@/features/members/person';
import { roleName } from '@/features/session/role';
import { useNow } from '@/lib/use-now';
import { hasEnded, whyNotReplace } from './ends';
import { TokenTimes } from './token-times';

export type ShownToken = Schemas['Token'] & { made_by?: Schemas['Account'] };

type Props = {
  tokens: ShownToken[];
  /** own are the ids of the tokens that the user has made. */
  own: ReadonlySet<string>;
  onRotate: (token: ShownToken) => void;
  onRevoke: (token: ShownToken) => void;
};

/** TokenList is tokens of an organisation, with when each was used last. */
export function TokenList({ tokens, own, onRotate, onRevoke }: Props) {
  const now = useNow();

  if (tokens.length === 0) {
    return (
      <Empty icon={KeyRound} title="No token">
        <p>Make one for a program that is to deploy, or to ask what is live.</p>
      </Empty>
    );
  }

  return (
    <ul>
      {tokens.map((token) => {
        const parent = tokens.find(({ id }) => id === token.parent_id);
        const ended = hasEnded(token, now);
        const whyNot = whyNotReplace(own.has(token.id), ended);

        return (
          <li key={token.id} className="flex items-start gap-4 border-line border-b px-4 py-3 last:border-b-0 sm:px-5">
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
                <Text text={token.name} />
                {token.role && <Tag>{roleName(token.role)}</Tag>}
                {own.has(token.id) && <Tag>Yours</Tag>}
                {ended && <Tag>Ended</Tag>}
              </p>
              <p className="mt-0.5 flex flex-wrap gap-x-4 text-quiet text-sm">
                <TokenTimes token={token} ended={ended} />
                <span className="wrap-anywhere">
                  Made <Time at={token.created_at} />
                  {token.made_by && (
                    <>
                      {' '}
                      by <Text text={personName(token.made_by)} />
                    </>
                  )}
                </span>
              </p>
              {parent && (
                <p className="text-quiet text-sm">
                  {Date.parse(parent.created_at) > Date.parse(token.created_at) ? 'Replaced by' : 'Made with'} <Text text={parent.name} />,
                  and revoked with it
                </p>
              )}
            </div>
            <Menu
              trigger={
                <Button look="quiet" size="small" square aria-label={`Actions for ${token.name}`}>
                  <Ellipsis aria-hidden />
                </Button>
              }
            >
              <MenuItem icon={RefreshCw} disabled={whyNot !== undefined} hint={whyNot} onSelect={() => onRotate(token)}>
                Replace
              </MenuItem>
              <MenuItem icon={Ban} danger onSelect={() => onRevoke(token)}>
                Revoke
              </MenuItem>
            </Menu>
          </li>
        );
      })}
    </ul>
  );
}
