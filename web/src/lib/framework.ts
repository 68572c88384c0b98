import { Boxes, Container, FileCode, Gem, Globe, Hexagon, type LucideIcon, Mountain, Triangle } from 'lucide-react';

const frameworks: Record<string, { name: string; icon: LucideIcon }> = {
  dockerfile: { name: 'Dockerfile', icon: Container },
  nextjs: { name: 'Next.js', icon: Triangle },
  nuxt: { name: 'Nuxt', icon: Mountain },
  rails: { name: 'Ruby on Rails', icon: Gem },
  laravel: { name: 'Laravel', icon: Boxes },
  node: { name: 'Node.js', icon: Hexagon },
  static: { name: 'Static site', icon: Globe },
};

/** frameworkOf is how people call what a plan was made for. */
export function frameworkOf(framework: string): { name: string; icon: LucideIcon } {
  return frameworks[framework] ?? { name: framework, icon: FileCode };
}

const words: Record<string, string> = {
  node: 'Node.js',
  nextjs: 'Next.js',
  php: 'PHP',
  npm: 'npm',
  pnpm: 'pnpm',
  yarn: 'Yarn',
  bun: 'Bun',
};

/** versionsOf are the versions of a plan as people read them: "Node.js 24". */
export function versionsOf(versions: Record<string, string>): string[] {
  return Object.entries(versions)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([name, version]) => `${words[name] ?? name.charAt(0).toUpperCase() + name.slice(1)} ${version}`);
}
