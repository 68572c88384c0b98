import {
  BellRing,
  Boxes,
  ChartNoAxesColumn,
  Droplets,
  Gauge,
  Hammer,
  KeyRound,
  ListTodo,
  type LucideIcon,
  PlugZap,
  ScrollText,
  Server,
  Settings,
  Users,
  Waypoints,
} from 'lucide-react';

export type Place = {
  name: string;
  icon: LucideIcon;
  /** path is the address below the organisation's or the platform's. */
  path: string;
  exact?: boolean;
};

/** organisationPlaces are the pages of an organisation, in the order of the sidebar. */
export const organisationPlaces: Place[] = [
  { name: 'Projects', icon: Boxes, path: '', exact: true },
  { name: 'Members', icon: Users, path: '/members' },
  { name: 'API tokens', icon: KeyRound, path: '/tokens' },
  { name: 'Notifications', icon: BellRing, path: '/notifications' },
  { name: 'GitHub', icon: PlugZap, path: '/github' },
  { name: 'Usage', icon: Gauge, path: '/usage' },
  { name: 'Audit log', icon: ScrollText, path: '/audit' },
  { name: 'Settings', icon: Settings, path: '/settings' },
];

/** platformPlaces are the pages of operators. */
export const platformPlaces: Place[] = [
  { name: 'Overview', icon: ChartNoAxesColumn, path: '', exact: true },
  { name: 'Nodes', icon: Server, path: '/nodes' },
  { name: 'Builders', icon: Hammer, path: '/builders' },
  { name: 'Edges', icon: Waypoints, path: '/edges' },
  { name: 'Queue', icon: ListTodo, path: '/queue' },
  { name: 'Leaks', icon: Droplets, path: '/leaks' },
  { name: 'Quotas', icon: Gauge, path: '/quotas' },
  { name: 'Users', icon: Users, path: '/users' },
  { name: 'Audit log', icon: ScrollText, path: '/audit' },
];

/** projectPlaces are the pages of a project. */
export const projectPlaces: { name: string; path: string; exact?: boolean }[] = [
  { name: 'Overview', path: '', exact: true },
  { name: 'Deployments', path: '/deployments' },
  { name: 'Logs', path: '/logs' },
  { name: 'Metrics', path: '/metrics' },
  { name: 'Settings › Variables', path: '/settings/variables' },
  { name: 'Settings › Build and start', path: '/settings/build' },
  { name: 'Settings › Source', path: '/settings/source' },
  { name: 'Settings › Domains', path: '/settings/domains' },
  { name: 'Settings › Previews', path: '/settings/previews' },
  { name: 'Settings › Size', path: '/settings/size' },
  { name: 'Settings › General', path: '/settings/general' },
  { name: 'Settings › Danger zone', path: '/settings/danger' },
];
