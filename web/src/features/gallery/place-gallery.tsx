import { Card } from '@/components/card';
import { SideList } from '@/components/side-list';
import { Tabs } from '@/components/tabs';

const pages = [
  { name: 'Components', to: '/components', exact: true },
  { name: 'A log', to: '/components/log' },
  { name: 'Deployments', to: '/components/deployment' },
] as const;

/** PlaceGallery shows what leads from page to page. */
export function PlaceGallery() {
  return (
    <>
      <Card title="Tabs" flush>
        <div className="px-4 pt-1 sm:px-5">
          <Tabs label="Components" tabs={[...pages]} />
        </div>
      </Card>
      <Card title="A list beside pages" flush>
        <SideList label="Pages of components" entries={[...pages]}>
          <p className="px-4 py-6">What the page says.</p>
        </SideList>
      </Card>
    </>
  );
}
