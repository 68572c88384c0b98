import { createFileRoute, Outlet } from '@tanstack/react-router';
import { SideList } from '@/components/side-list';

export const Route = createFileRoute('/o/$org/projects/$project/settings')({ component: Settings });

function Settings() {
  const params = Route.useParams();

  return (
    <SideList
      label="Settings of the project"
      entries={[
        { name: 'Variables', to: '/o/$org/projects/$project/settings/variables', params },
        { name: 'Build and start', to: '/o/$org/projects/$project/settings/build', params },
        { name: 'Source', to: '/o/$org/projects/$project/settings/source', params },
        { name: 'Domains', to: '/o/$org/projects/$project/settings/domains', params },
        { name: 'Previews', to: '/o/$org/projects/$project/settings/previews', params },
        { name: 'Size', to: '/o/$org/projects/$project/settings/size', params },
        { name: 'General', to: '/o/$org/projects/$project/settings/general', params },
        { name: 'Danger zone', to: '/o/$org/projects/$project/settings/danger', params },
      ]}
    >
      <Outlet />
    </SideList>
  );
}
