import { CircleAlert, CircleCheck, CirclePause } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { State } from '@/components/state';

/** ChannelState tells whether a channel takes messages. */
export function ChannelState({ channel }: { channel: Pick<Schemas['NotificationChannel'], 'enabled' | 'broken_at'> }) {
  if (!channel.enabled) return <State tone="quiet" icon={CirclePause} word="Off" />;
  if (channel.broken_at) return <State tone="bad" icon={CircleAlert} word="Broken" />;
  return <State tone="good" icon={CircleCheck} word="On" />;
}
