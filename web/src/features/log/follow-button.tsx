import { ArrowDown } from 'lucide-react';
import { Button } from '@/components/button';
import { plural } from '@/lib/units';
import type { useFollow } from './use-follow';

/** FollowButton stands over a log that grows and is not followed, because somebody scrolled up. */
export function FollowButton({ grows, follow }: { grows: boolean; follow: ReturnType<typeof useFollow> }) {
  if (!grows || follow.following) return null;

  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
      <Button size="small" className="pointer-events-auto rounded-full bg-raised shadow-lg" onClick={follow.resume}>
        <ArrowDown aria-hidden />
        {follow.unseen > 0 ? plural(follow.unseen, 'new line') : 'Follow'}
      </Button>
    </div>
  );
}
