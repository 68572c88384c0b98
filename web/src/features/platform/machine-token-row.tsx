import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { Tag } from '@/components/tag';
import { Time } from '@/components/time';
import { TokenTimes } from '@/features/tokens/token-times';
import { formatExact } from '@/lib/time';

type Props = { token: Schemas['Token']; isNewest: boolean; onRevoke: () => void };

/** MachineTokenRow is one token of a node or an edge: when it was made and used, and until when it is valid. */
export function MachineTokenRow({ token, isNewest, onRevoke }: Props) {
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
          <span>
            Made <Time at={token.created_at} />
          </span>
          {isNewest && <Tag>Newest</Tag>}
        </p>
        <p className="mt-0.5 flex flex-wrap gap-x-4 text-quiet text-sm">
          <TokenTimes token={token} />
        </p>
      </div>
      <Button size="small" aria-label={`Revoke the token made ${formatExact(Date.parse(token.created_at))}`} onClick={onRevoke}>
        Revoke
      </Button>
    </li>
  );
}
