import { Mail, MessageSquare, Webhook } from 'lucide-react';
import type { Schemas } from '@/api/client';

export type Kind = Schemas['NotificationChannel']['kind'];

/** kinds are the places that messages can go to, with what each asks for. */
export const kinds = {
  email: {
    name: 'E-mail',
    icon: Mail,
    hint: 'One address. The platform’s own mail server sends it.',
    label: 'E-mail address',
    example: 'team@example.com',
    inputType: 'email',
  },
  slack: {
    name: 'Slack',
    icon: MessageSquare,
    hint: 'A channel of Slack, by the URL of an incoming webhook.',
    label: 'URL of the incoming webhook',
    example: 'https://hooks.slack.com/services/…',
    inputType: 'password',
  },
  webhook: {
    name: 'Webhook',
    icon: Webhook,
    hint: 'JSON to a program of yours, signed as Standard Webhooks has it.',
    label: 'URL',
    example: 'https://example.com/hooks/zeitwork',
    inputType: 'url',
  },
} as const satisfies Record<Kind, object>;

export const kindOptions = (Object.keys(kinds) as Kind[]).map((value) => ({ value, name: kinds[value].name, hint: kinds[value].hint }));
