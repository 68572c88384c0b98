import { CircleAlert, CircleCheck, CircleDashed, CirclePause, CircleSlash } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { State } from '@/components/state';

type Shown = Pick<Schemas['NotificationChannel'], 'enabled' | 'broken_at' | 'unconfirmed_since' | 'stopped_at'>;

/** ChannelState tells whether a channel takes messages. */
export function ChannelState({ channel }: { channel: Shown }) {
  if (channel.stopped_at) return <State tone="quiet" icon={CircleSlash} word="Stopped by its owner" />;
  if (channel.unconfirmed_since) return <State tone="warn" icon={CircleDashed} word="Waits for confirmation" />;
  if (!channel.enabled) return <State tone="quiet" icon={CirclePause} word="Off" />;
  if (channel.broken_at) return <State tone="bad" icon={CircleAlert} word="Broken" />;
  return <State tone="good" icon={CircleCheck} word="On" />;
}
