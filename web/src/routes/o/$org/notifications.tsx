import { createFileRoute } from '@tanstack/react-router';
import { NotificationsPage } from '@/features/notifications/notifications-page';

export const Route = createFileRoute('/o/$org/notifications')({ component: Notifications });

function Notifications() {
  const { organisation } = Route.useRouteContext();
  return <NotificationsPage key={organisation.id} organisation={organisation} />;
}
