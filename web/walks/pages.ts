/** Picture is one page as it is photographed. */
export type Picture = {
  name: string;
  /** route is the page's, as src/routes names it; a page that the server draws has none. */
  route?: string;
  /** path is where it is. What stands in braces is put in: {shop}, or {failed}, the id of a deployment. */
  path: string;
  /** shows is a text that is there once the page is. */
  shows: string | RegExp;
};

const project = '/o/$org/projects/$project';
const shop = '/o/acme/projects/shop';

/** pages are those of somebody who is signed in; src/features/gallery/pages.test.ts sees to it that none is left out. */
export const pages: Picture[] = [
  { name: 'projects', route: '/o/$org/', path: '/o/acme', shows: 'Invoices' },
  { name: 'new-choose', route: '/o/$org/new', path: '/o/acme/new', shows: 'acme/website' },
  { name: 'new-project', path: '/o/acme/new?repository=acme%2Fwebsite', shows: 'Ready to build' },
  { name: 'overview', route: `${project}/`, path: shop, shows: 'Newest deployments' },
  { name: 'overview-failed', path: '/o/acme/projects/invoices', shows: 'Newest deployments' },
  { name: 'overview-under-way', path: '/o/acme/projects/reports', shows: 'Newest deployments' },
  { name: 'deployments', route: `${project}/deployments/`, path: `${shop}/deployments`, shows: 'Show the price with tax' },
  { name: 'deployment-live', route: `${project}/deployments/$deploymentId`, path: `${shop}/deployments/{live}`, shows: 'Instances' },
  { name: 'deployment-failed', path: '/o/acme/projects/invoices/deployments/{failed}', shows: /did not become healthy/ },
  { name: 'deployment-building', path: '/o/acme/projects/reports/deployments/{building}', shows: 'Compare with the quarter before' },
  { name: 'deployment-waiting', path: '/o/acme/projects/guide/deployments/{waiting}', shows: 'Queued' },
  { name: 'logs', route: `${project}/logs`, path: `${shop}/logs`, shows: /served|the payment was declined/ },
  { name: 'logs-errors', path: `${shop}/logs?show=app&level=error`, shows: 'the payment was declined' },
  { name: 'logs-requests', path: `${shop}/logs?show=requests`, shows: '/products' },
  { name: 'metrics', route: `${project}/metrics`, path: `${shop}/metrics`, shows: 'Requests' },
  { name: 'metrics-day', path: `${shop}/metrics?range=24h`, shows: 'Requests' },
  { name: 'metrics-month', path: `${shop}/metrics?range=30d`, shows: 'Requests' },
  { name: 'settings-variables', route: `${project}/settings/variables`, path: `${shop}/settings/variables`, shows: 'STRIPE_KEY' },
  { name: 'settings-build', route: `${project}/settings/build`, path: `${shop}/settings/build`, shows: 'Start and health' },
  { name: 'settings-size', route: `${project}/settings/size`, path: `${shop}/settings/size`, shows: 'How many' },
  { name: 'settings-domains', route: `${project}/settings/domains`, path: `${shop}/settings/domains`, shows: 'checkout.acme.example' },
  { name: 'settings-previews', route: `${project}/settings/previews`, path: `${shop}/settings/previews`, shows: 'Previews' },
  { name: 'settings-source', route: `${project}/settings/source`, path: `${shop}/settings/source`, shows: 'acme/shop' },
  { name: 'settings-general', route: `${project}/settings/general`, path: `${shop}/settings/general`, shows: 'What people call it' },
  { name: 'settings-danger', route: `${project}/settings/danger`, path: `${shop}/settings/danger`, shows: 'Delete shop' },
  { name: 'members', route: '/o/$org/members', path: '/o/acme/members', shows: 'Grace Hopper' },
  { name: 'github', route: '/o/$org/github', path: '/o/acme/github', shows: 'acme/website' },
  { name: 'tokens', route: '/o/$org/tokens', path: '/o/acme/tokens', shows: 'GitHub Actions' },
  { name: 'notifications', route: '/o/$org/notifications', path: '/o/acme/notifications', shows: 'Deploys of Acme' },
  { name: 'usage', route: '/o/$org/usage', path: '/o/acme/usage', shows: 'Builds at once' },
  { name: 'audit', route: '/o/$org/audit', path: '/o/acme/audit', shows: 'Ada Lovelace' },
  { name: 'organisation-settings', route: '/o/$org/settings', path: '/o/acme/settings', shows: 'Delete acme' },
  { name: 'platform', route: '/platform/', path: '/platform', shows: 'Overview' },
  { name: 'platform-nodes', route: '/platform/nodes/', path: '/platform/nodes', shows: 'local' },
  { name: 'platform-node', route: '/platform/nodes/$nodeId', path: '/platform/nodes/{node}', shows: 'Drain' },
  { name: 'platform-builders', route: '/platform/builders', path: '/platform/builders', shows: 'BuildKit' },
  { name: 'platform-edges', route: '/platform/edges/', path: '/platform/edges', shows: 'local' },
  { name: 'platform-edge', route: '/platform/edges/$edgeId', path: '/platform/edges/{edge}', shows: 'Tokens' },
  { name: 'platform-queue', route: '/platform/queue', path: '/platform/queue', shows: 'acme/guide' },
  { name: 'platform-leaks', route: '/platform/leaks', path: '/platform/leaks', shows: 'Leaks' },
  { name: 'platform-users', route: '/platform/users', path: '/platform/users', shows: 'Grace Hopper' },
  { name: 'platform-quotas', route: '/platform/quotas', path: '/platform/quotas', shows: 'Builds at once' },
  { name: 'platform-audit', route: '/platform/audit', path: '/platform/audit', shows: 'Ada Lovelace' },
  { name: 'components', route: '/components/', path: '/components', shows: 'Components' },
  {
    name: 'components-deployment',
    route: '/components/deployment',
    path: '/components/deployment',
    shows: 'No instance answered on port 8080',
  },
  { name: 'components-log', route: '/components/log', path: '/components/log', shows: 'hostile' },
  ...['large', 'growing', 'lost', 'refused', 'empty'].map((of) => ({
    name: `components-log-${of}`,
    path: `/components/log?of=${of}`,
    shows: of,
  })),
  { name: 'organisation-missing', path: '/o/nobody', shows: 'There is no organisation of this name' },
  { name: 'project-missing', path: '/o/acme/projects/nothing', shows: 'There is no project of this name' },
  { name: 'page-missing', path: '/nowhere', shows: 'Not found' },
  { name: 'account', path: '/account', shows: /.+/ },
  { name: 'device', path: '/device', shows: /.+/ },
];

/** leadOn are routes that show nothing: they lead to another one. */
export const leadOn = ['/', '/deployments/$deploymentId', `${project}/settings/`];
