import type { Schemas } from '@/api/client';
import { Time } from '@/components/time';
import { formatMoment } from '@/lib/time';

type Props = { tokens: Schemas['Token'][]; newId: string | undefined; service: string };

/** OldTokens says until when the tokens are valid that another one has replaced. */
export function OldTokens({ tokens, newId, service }: Props) {
  // The list is fetched again when a token was made: before, it has none of the ends that this has set.
  if (!tokens.some(({ id }) => id === newId)) return null;

  const last = tokens
    .filter(({ id }) => id !== newId)
    .flatMap(({ expires_at: end }) => end ?? [])
    .toSorted()
    .at(-1);
  if (!last)
    return <p className="text-soft">The old token is refused already. Start the {service} anew when the new one is in its place.</p>;

  return (
    <p className="text-soft">
      The old token works until {formatMoment(Date.parse(last))} (<Time at={last} />
      ). Start the {service} anew before that: nothing that runs or is served stops.
    </p>
  );
}
