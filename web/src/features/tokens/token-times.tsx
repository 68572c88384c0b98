import type { Schemas } from '@/api/client';
import { Time } from '@/components/time';

type Props = { token: Pick<Schemas['Token'], 'last_used_at' | 'expires_at'>; ended?: boolean };

/** TokenTimes is when a token was used last, and until when it is valid. */
export function TokenTimes({ token, ended = false }: Props) {
  return (
    <>
      <span>
        {token.last_used_at ? (
          <>
            Used last <Time at={token.last_used_at} />
          </>
        ) : (
          'Never used'
        )}
      </span>
      <span>
        {token.expires_at ? (
          <>
            {ended ? 'Ended' : 'Ends'} <Time at={token.expires_at} />
          </>
        ) : (
          'Has no end'
        )}
      </span>
    </>
  );
}
