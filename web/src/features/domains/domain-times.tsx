import type { Schemas } from '@/api/client';
import { Time } from '@/components/time';

/** DomainTimes says when the DNS was asked about a domain, and what happens when. */
export function DomainTimes({ domain, lookedAt }: { domain: Schemas['Domain']; lookedAt: string | undefined }) {
  const asked = [domain.checked_at ?? '', lookedAt ?? ''].toSorted().at(-1);

  return (
    <p className="mt-0.5 text-quiet text-sm empty:hidden">
      {asked && (
        <>
          DNS asked <Time at={asked} />
        </>
      )}
      {domain.state === 'claimed' && domain.expires_at && (
        <>
          {asked && '; '}removed <Time at={domain.expires_at} /> unless it is proven
        </>
      )}
      {domain.failing_since && (
        <>
          {asked && '; '}the proof is missing since <Time at={domain.failing_since} />
        </>
      )}
    </p>
  );
}
