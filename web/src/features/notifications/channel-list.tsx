import { BellRing, Ellipsis, KeyRound, MailQuestionMark, Pencil, Power, Send, Trash2 } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { Empty } from '@/components/empty';
import { Menu, MenuItem } from '@/components/menu';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { ChannelState } from './channel-state';
import { kinds } from './kinds';

type Channel = Schemas['NotificationChannel'];

type Props = {
  channels: Channel[];
  /** testing is the id of the channel that a test message is on its way to. */
  testing: string | undefined;
  onTest: (channel: Channel) => void;
  onChange: (channel: Channel) => void;
  onResend: (channel: Channel) => void;
  onRotate: (channel: Channel) => void;
  onSwitch: (channel: Channel) => void;
  onRemove: (channel: Channel) => void;
};

/** ChannelList is where an organisation is told of failures, and whether each place takes messages. */
export function ChannelList({ channels, testing, onTest, onChange, onResend, onRotate, onSwitch, onRemove }: Props) {
  if (channels.length === 0) {
    return (
      <Empty icon={BellRing} title="No channel">
        <p>Add one, and a deployment that fails is told where you look anyway.</p>
      </Empty>
    );
  }

  return (
    <ul>
      {channels.map((channel) => {
        const { icon: Icon, name: kind } = kinds[channel.kind];

        return (
          <li key={channel.id} className="flex flex-wrap items-start gap-x-4 border-line border-b px-4 py-3 last:border-b-0 sm:px-5">
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
                <Text text={channel.name} />
                <ChannelState channel={channel} />
              </p>
              <p className="mt-0.5 flex flex-wrap items-center gap-x-4 text-quiet text-sm">
                <span className="inline-flex min-w-0 items-center gap-1.5 wrap-anywhere">
                  <Icon aria-hidden className="size-3.5 shrink-0" />
                  <span className="sr-only">{kind}: </span>
                  <Text text={channel.address} />
                </span>
                <span>
                  {channel.delivered_at ? (
                    <>
                      Last message <Time at={channel.delivered_at} />
                    </>
                  ) : (
                    'No message yet'
                  )}
                </span>
              </p>
            </div>
            <Button
              size="small"
              busy={testing === channel.id}
              aria-label={`Send a test message to ${channel.name}`}
              onClick={() => onTest(channel)}
            >
              <Send aria-hidden />
              Test
            </Button>
            <Menu
              trigger={
                <Button look="quiet" size="small" square aria-label={`Actions for ${channel.name}`}>
                  <Ellipsis aria-hidden />
                </Button>
              }
            >
              <MenuItem icon={Pencil} onSelect={() => onChange(channel)}>
                Change
              </MenuItem>
              {channel.unconfirmed_since && !channel.stopped_at && (
                <MenuItem icon={MailQuestionMark} onSelect={() => onResend(channel)}>
                  Ask for confirmation again
                </MenuItem>
              )}
              {channel.kind === 'webhook' && (
                <MenuItem icon={KeyRound} onSelect={() => onRotate(channel)}>
                  Replace the key
                </MenuItem>
              )}
              <MenuItem icon={Power} onSelect={() => onSwitch(channel)}>
                {channel.enabled ? 'Turn off' : 'Turn on'}
              </MenuItem>
              <MenuItem icon={Trash2} danger onSelect={() => onRemove(channel)}>
                Remove
              </MenuItem>
            </Menu>
            {channel.unconfirmed_since && (
              <p className="mt-1 w-full text-quiet text-sm wrap-anywhere">
                {channel.stopped_at ? (
                  <>
                    The owner of the address had the messages stopped <Time at={channel.stopped_at} />, and can let them come again by the
                    link in any of them.
                  </>
                ) : (
                  <>
                    A message with a link was sent there <Time at={channel.unconfirmed_since} />. Nothing else is until its owner has
                    confirmed.
                  </>
                )}
              </p>
            )}
            {channel.broken_at && (
              <p className="mt-1 w-full text-bad text-sm wrap-anywhere">
                <Text text={channel.broken_reason ?? ''} /> Noticed <Time at={channel.broken_at} />.
              </p>
            )}
          </li>
        );
      })}
    </ul>
  );
}
