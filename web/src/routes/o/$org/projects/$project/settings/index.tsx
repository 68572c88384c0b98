import { createFileRoute, redirect } from '@tanstack/react-router';

export const Route = createFileRoute('/o/$org/projects/$project/settings/')({
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/o/$org/projects/$project/settings/variables', params, replace: true });
  },
});
